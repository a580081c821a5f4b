import { routes } from '@diraclab/contract';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const workspaces = ['contract', 'server', 'pilot', 'kernel-lib', 'extension'];

/** What git would carry: sources, not what is built from them. */
function sources(directory: string, ending: RegExp): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory())
      return /^(node_modules|dist|lib|\.tsbuild|\.venv|labextension|__pycache__)$/.test(entry.name) && directory !== 'scripts'
        ? []
        : sources(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

describe('the house rules that no linter knows', () => {
  it('one version everywhere', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const workspace of workspaces)
      expect([workspace, (JSON.parse(read(`${workspace}/package.json`)) as { version: string }).version]).toEqual([workspace, version]);
    for (const file of ['server/src/version.ts', 'pilot/src/version.ts']) expect(read(file)).toContain(`'${version}'`);
  });

  it('every route of the contract is in the list of routes, with a summary and its errors', () => {
    const declared = sources('contract/src', /\.ts$/).flatMap((file) =>
      [...read(file).matchAll(/^export const (\w+) = route\(/gm)].map(([, name]) => name ?? ''),
    );
    expect(routes.map(({ name }) => name).sort()).toEqual(declared.sort());
    for (const { name, summary, method, path, errors } of routes) {
      expect([name, summary.length > 10, path.startsWith('/')]).toEqual([name, true, true]);
      if (path.includes(':')) expect([name, method, errors.length > 0]).toEqual([name, method, true]);
    }
  });

  it('only the configuration reads the environment', () => {
    const readers = sources('server/src', /\.ts$/)
      .filter((file) => !/\.test\.ts$|\/testing|testing\.ts$/.test(file))
      .filter((file) => read(file).includes('process.env'));
    expect(readers.sort()).toEqual(['server/src/companion/main.ts', 'server/src/main.ts', 'server/src/sites/local-site.ts']);
  });

  it('no store builds SQL out of text: sql.raw is for tests, template values are bound', () => {
    const offenders = sources('server/src', /\.ts$/)
      .filter((file) => !/\.test\.ts$|conformance\.ts$|\/database\//.test(file))
      .filter((file) => /sql\.raw|sql\.lit|sql\.id\(/.test(read(file)));
    expect(offenders).toEqual([]);
  });

  it('every test file expects something, and none is skipped or focused', () => {
    const tests = workspaces.concat('test', 'scripts').flatMap((directory) => sources(directory, /\.test\.tsx?$/));
    expect(tests.length).toBeGreaterThan(30);
    for (const file of tests) {
      expect([file, /expect\(|expect\w+\(/.test(read(file))]).toEqual([file, true]);
      if (file.endsWith('house.test.ts')) continue;
      expect([file, /\b(it|test|describe)\.(only|todo)\b|\bx(it|describe)\(|\bf(it|describe)\(/.test(read(file))]).toEqual([file, false]);
    }
  });

  it('names no machine, no workplace, no registry host', () => {
    const files = [...workspaces, 'docs', 'notebooks', 'jupyter-config', 'scripts', 'test'].flatMap((directory) =>
      sources(directory, /\.(ts|tsx|mjs|md|json|py|toml|ipynb|sh|rc|css|txt)$/),
    );
    const top = readdirSync(root).filter((name) => /\.(md|mjs|json)$/.test(name) && name !== 'package-lock.json');
    for (const file of [...files, ...top]) {
      if (file.endsWith('house.test.ts')) continue;
      expect([file, /\/work\/(main|shared)|\/root\/|registry\.npmjs\.org|pypi\.org|files\.pythonhosted/.exec(read(file))?.[0]]).toEqual([
        file,
        undefined,
      ]);
    }
  });

  it('every link between our own pages leads somewhere', () => {
    const pages = readdirSync(root)
      .filter((name) => name.endsWith('.md'))
      .concat(sources('docs', /\.md$/));
    for (const page of pages) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
        expect([page, target, existsSync(resolve(root, page, '..', target))]).toEqual([page, target, true]);
      }
    }
  });

  it('what is shipped as a program can be executed', () => {
    for (const name of readdirSync(join(root, 'kernel-lib/bin')))
      expect([name, (statSync(join(root, 'kernel-lib/bin', name)).mode & 0o111) !== 0]).toEqual([name, true]);
  });
});

describe('the import rules', () => {
  /** One planted violation a rule, in a tree of its own; clean neighbours must not be named. */
  const violations: Record<string, [file: string, text: string]> = {
    'contract-stands-alone': ['contract/src/bad.ts', "import '../../server/src/good';"],
    'contract-needs-only-zod': ['contract/src/bad.ts', "import 'node:fs';"],
    'workspaces-meet-at-the-contract': ['pilot/src/bad.ts', "import '../../server/src/good';"],
    'stores-know-no-http': ['server/src/jobs/bad-store.ts', "import '../http/good';"],
    'rules-know-no-doors': ['server/src/jobs/bad.ts', "import '../http/good';"],
    'drivers-stay-in-the-database-room': ['server/src/jobs/bad.ts', "import 'node:sqlite';"],
    'processes-have-an-address': ['server/src/jobs/bad.ts', "import 'node:child_process';"],
    'companion-stays-small': ['server/src/companion/bad.ts', "import '../database/good';"],
    'tests-are-not-shipped': ['server/src/bad.ts', "import './good.test';"],
    'no-circles': ['server/src/bad.ts', "import { b } from './worse'; export const a = () => b;"],
  };

  it.each(Object.entries(violations))('%s catches its violation, and only that', (rule, [file, text]) => {
    const tree = mkdtempSync(join(root, '.tsbuild-rules-'));
    try {
      const good = [
        'contract/src/good.ts',
        'server/src/good.ts',
        'server/src/good.test.ts',
        'server/src/http/good.ts',
        'server/src/database/good.ts',
        'pilot/src/good.ts',
      ];
      const worse = "import { a } from './bad'; export const b = () => a;";
      for (const [path, content] of [
        ...good.map((path) => [path, 'export {};'] as const),
        ['server/src/worse.ts', rule === 'no-circles' ? worse : 'export {};'] as const,
        [file, text] as const,
      ]) {
        mkdirSync(join(tree, path, '..'), { recursive: true });
        writeFileSync(join(tree, path), content);
      }
      writeFileSync(join(tree, 'tsconfig.base.json'), read('tsconfig.base.json'));
      const { stdout } = spawnSync(
        process.execPath,
        [
          join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
          '--config',
          join(root, '.dependency-cruiser.mjs'),
          '--output-type',
          'json',
          'contract',
          'server',
          'pilot',
        ],
        { cwd: tree, encoding: 'utf8' },
      );
      const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
      const named = [...new Set(summary.violations.map((violation) => violation.rule.name))];
      expect(named).toContain(rule);
      expect(summary.violations.every(({ from }) => from === file || from.endsWith('worse.ts'))).toBe(true);
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  });
});
