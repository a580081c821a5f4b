import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { root } from './node24.mjs';
import { say, step } from './steps.mjs';

/**
 * Whether node_modules is what the lockfile wants. Both sides are read, rather than a stamp of ours: a developer's own `npm install` counts,
 * and a removed node_modules is noticed. npm keeps `node_modules/.package-lock.json` as its record of what lies there.
 */
export function packagesAreCurrent(lock, installed, workspaces) {
  return (
    Object.entries(lock.packages).every(
      ([path, wanted]) => !path.startsWith('node_modules/') || wanted.optional || sameVersion(wanted, installed.packages[path]),
    ) && Object.entries(workspaces).every(([path, manifest]) => sameDependencies(lock.packages[path], manifest))
  );
}

const sameVersion = (wanted, there) => there !== undefined && there.version === wanted.version && there.resolved === wanted.resolved;

function sameDependencies(locked, manifest) {
  return ['dependencies', 'devDependencies', 'optionalDependencies'].every(
    (kind) => JSON.stringify(sorted(locked?.[kind])) === JSON.stringify(sorted(manifest[kind])),
  );
}

const sorted = (map = {}) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

export async function setUpPackages() {
  if (isCurrent()) return;
  const offline = 'Is the npm registry reachable (npm ping)?';
  await step('npm packages', async () => {
    if (!existsSync(join(root, 'node_modules')) && existsSync(join(root, 'package-lock.json'))) {
      try {
        await npm(['ci'], offline);
        return;
      } catch {
        // A registry that lacks another platform's binary of some package leaves a hole in the lockfile, and `npm ci` refuses that.
        say('  npm ci was refused (see .setup/npm-ci.log); npm install, which repairs the lockfile, is tried instead.');
      }
    }
    await npm(['install'], offline);
  });
}

function isCurrent() {
  const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  if (!existsSync(join(root, 'node_modules/.package-lock.json')) || !existsSync(join(root, 'package-lock.json'))) return false;
  const manifest = read('package.json');
  const workspaces = Object.fromEntries(manifest.workspaces.map((name) => [name, read(`${name}/package.json`)]));
  return packagesAreCurrent(read('package-lock.json'), read('node_modules/.package-lock.json'), { '': manifest, ...workspaces });
}

/** npm as it runs us, else the one on PATH. */
function npm(args, remedy) {
  const path = process.env.npm_execpath;
  const [command, first] = path !== undefined && /npm-cli\.c?js$/.test(path) ? [process.execPath, [path]] : ['npm', []];
  return run(`npm-${args[0]}`, command, [...first, ...args, '--no-audit', '--no-fund'], { remedy });
}
