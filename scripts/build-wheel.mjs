// `npm run build:wheel`: builds everything and makes dist-wheel/diraclab-VERSION-py3-none-any.whl, which `pip install` takes on any machine.
//   --out DIR        another place than dist-wheel
//   --version X.Y.Z  another version than package.json's, to try an upgrade
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from './lib/command.mjs';
import { rerunUnderNode24, root } from './lib/node24.mjs';
import { venvPython } from './lib/python.mjs';
import { fail, Remedy } from './lib/remedy.mjs';
import { withSetupLock } from './lib/setup-lock.mjs';
import { digest, readStamps, writeStamp } from './lib/stamps.mjs';
import { step } from './lib/steps.mjs';
import { setUpNode24, setUpWheel } from './setup.mjs';

/** All that goes into a wheel, apart from what the lockfile pins. */
const sources = [
  ...['contract', 'server', 'pilot', 'kernel-lib', 'extension'].flatMap((name) => [`${name}/src`, `${name}/package.json`]),
  ...['bin', 'tsconfig.json'].map((name) => `kernel-lib/${name}`),
  ...['style', 'schema', 'terminal', 'wheel', 'install.json', 'pyproject.toml', 'diraclab/__init__.py', 'diraclab/service.py'].map(
    (name) => `extension/${name}`,
  ),
  ...['notebooks', 'scripts/build.mjs', 'scripts/build-wheel.mjs', 'scripts/lib', 'package-lock.json', 'LICENSE'],
];

try {
  const { out, version } = readOptions();
  await setUpNode24();
  await rerunUnderNode24(fileURLToPath(import.meta.url));
  await setUpWheel();
  const wheel = join(out, `diraclab-${version}-py3-none-any.whl`);
  await withSetupLock(async () => {
    // Made from the same sources for the same place: it is there already.
    const [name, made] = [`wheel ${wheel}`, digest(sources)];
    if (readStamps()[name] === made && existsSync(wheel)) return;
    await step(`wheel ${version}`, () => makeWheel(out, version));
    writeStamp(name, made);
  });
  process.stdout.write(`${wheel} ${(statSync(wheel).size / 1e6).toFixed(1)} MB\n`);
} catch (error) {
  fail(error);
}

async function makeWheel(out, version) {
  const { layOutWheel } = await import('./lib/wheel-stage.mjs');
  const stage = mkdtempSync(join(tmpdir(), 'diraclab-wheel-'));
  try {
    layOutWheel(stage, version);
    mkdirSync(out, { recursive: true });
    await run(
      'wheel',
      venvPython,
      ['-m', 'pip', 'wheel', '--disable-pip-version-check', '--no-deps', '--no-cache-dir', '--wheel-dir', out, stage],
      {
        remedy: 'Is the Python package index reachable? It brings hatchling, which packs the wheel.',
      },
    );
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function readOptions() {
  const standard = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  let values;
  try {
    ({ values } = parseArgs({
      options: { out: { type: 'string', default: join(root, 'dist-wheel') }, version: { type: 'string', default: standard } },
    }));
  } catch (error) {
    throw new Remedy(`${error.message.split('. ')[0]}.`, 'There are --out DIR and --version X.Y.Z.');
  }
  if (!/^\d+\.\d+\.\d+$/.test(values.version)) throw new Remedy(`--version is "${values.version}".`, 'It must be like 0.1.0.');
  return { out: resolve(values.out), version: values.version };
}
