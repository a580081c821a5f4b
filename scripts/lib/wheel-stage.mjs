import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './node24.mjs';
import { bundledPackages, copyTslab, licenceText } from './vendored-packages.mjs';

/** What Node runs, at the places where it lies in the repository: no program needs to know whether it was installed. */
const house = [
  'server/dist/server.mjs',
  'server/dist/sqlite-worker.mjs',
  'server/dist/s3-bytes.mjs',
  'server/dist/redis.mjs',
  'server/dist/companion.mjs',
  'pilot/dist/pilot.cjs',
  'kernel-lib/package.json',
  'kernel-lib/bin',
  'kernel-lib/dist/index.js',
  'kernel-lib/dist/cli.cjs',
  'kernel-lib/dist/kernel-launcher.cjs',
  'extension/terminal/dirac.rc',
];

/** Lays out the Python package in `stage`, as extension/pyproject.toml expects it. */
export function layOutWheel(stage, version) {
  for (const path of house) copy(path, join(stage, 'house', path));
  for (const file of readdirSync(join(root, 'kernel-lib/dist'))) {
    if (/^(?!.*\.test\.).*\.d\.ts$/.test(file)) copy(`kernel-lib/dist/${file}`, join(stage, 'house/kernel-lib/dist', file));
  }
  const tslab = copyTslab(join(stage, 'house'));
  copy('kernel-lib/bin', join(stage, 'bin'));

  copy('extension/diraclab/labextension', join(stage, 'labextension'));
  copy('extension/install.json', join(stage, 'labextension/install.json'));
  for (const file of ['__init__.py', 'service.py']) copy(`extension/diraclab/${file}`, join(stage, 'diraclab', file));
  for (const file of ['kernel.json', 'jupyter_server_config.json', 'README.md']) copy(`extension/wheel/${file}`, join(stage, file));
  copy('LICENSE', join(stage, 'LICENSE'));
  // pip takes a folder away whole when it holds a file of its own; it would leave lib/diraclab behind, full of empty folders.
  copy('LICENSE', join(stage, 'house/LICENSE'));
  writeFileSync(join(stage, 'THIRD-PARTY-LICENSES.txt'), licenceText([...bundledPackages(), ...tslab]));

  const project = readFileSync(join(root, 'extension/pyproject.toml'), 'utf8');
  writeFileSync(join(stage, 'pyproject.toml'), project.replace(/^version = ".*"$/m, `version = "${version}"`));
}

function copy(from, to) {
  const source = join(root, from);
  if (!existsSync(source)) throw new Error(`${from} is missing; the build did not make it.`);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(source, to, { recursive: true, dereference: true, filter: (path) => !path.includes('__pycache__') });
}
