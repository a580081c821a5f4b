// Builds everything, or what is named: `node scripts/build.mjs [contract] [server] [pilot] [kernel-lib] [extension] [--openapi]`.
// --openapi writes contract/openapi.json anew.
// Types by `tsc -b`; what runs by esbuild, one file each, so that nothing needs node_modules at run time.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './lib/node24.mjs';
import { onDemand, smallBundles } from './lib/small-bundles.mjs';

const known = ['contract', 'server', 'pilot', 'kernel-lib', 'extension'];
const writeOpenApi = process.argv.includes('--openapi');
const asked = process.argv.slice(2).filter((word) => word !== '--openapi');
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`build: unknown workspace ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : known;

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

// The CommonJS packages inside an ES module bundle still call require for Node's own modules.
const requireBanner = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  legalComments: 'none',
  absWorkingDir: root,
  plugins: [smallBundles],
};
const esm = { ...common, format: 'esm', banner: { js: requireBanner }, mainFields: ['module', 'main'] };
const cjs = { ...common, format: 'cjs', mainFields: ['module', 'main'] };

// A command uses only a route's method and path; making the schemas would cost it 40 ms at every start.
const noSchemas = { zod: './kernel-lib/src/cli/no-schemas.ts' };

const bundles = {
  server: [
    {
      ...esm,
      entryPoints: ['server/src/main.ts'],
      outfile: 'server/dist/server.mjs',
      external: ['pg-native'],
      plugins: [smallBundles, onDemand],
    },
    { ...esm, entryPoints: ['server/src/sandboxes/s3-bytes.ts'], outfile: 'server/dist/s3-bytes.mjs' },
    { ...esm, entryPoints: ['server/src/fan-out/redis.ts'], outfile: 'server/dist/redis.mjs' },
    { ...esm, entryPoints: ['server/src/database/sqlite-worker.ts'], outfile: 'server/dist/sqlite-worker.mjs' },
    { ...esm, entryPoints: ['server/src/companion/main.ts'], outfile: 'server/dist/companion.mjs' },
  ],
  pilot: [{ ...cjs, entryPoints: ['pilot/src/main.ts'], outfile: 'pilot/dist/pilot.cjs' }],
  'kernel-lib': [
    {
      ...cjs,
      entryPoints: ['kernel-lib/src/index.ts'],
      outfile: 'kernel-lib/dist/index.js',
      external: ['tslab', 'bufferutil', 'utf-8-validate'],
    },
    {
      ...cjs,
      entryPoints: ['kernel-lib/src/cli/main.ts'],
      outfile: 'kernel-lib/dist/cli.cjs',
      minifySyntax: true,
      external: ['bufferutil', 'utf-8-validate'],
      alias: noSchemas,
    },
    { ...cjs, entryPoints: ['kernel-lib/src/kernel-launcher.ts'], outfile: 'kernel-lib/dist/kernel-launcher.cjs', external: ['tslab'] },
  ],
};

run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...names]);
const { build } = await import('esbuild');
for (const name of names) {
  // A bundle's entry may not be written yet while a new room is being built; its absence is said, never silent.
  for (const options of bundles[name] ?? []) {
    if (existsSync(join(root, options.entryPoints[0]))) await build(options);
    else console.error(`build: ${options.entryPoints[0]} does not exist; ${options.outfile} was not made`);
  }
}
if (writeOpenApi) {
  // Only when asked: it is committed, so that a change of what the server promises is a difference that somebody reads.
  const { openApiDocument } = createRequire(import.meta.url)('../contract/dist/index.js');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(root, 'contract/openapi.json'), `${JSON.stringify(openApiDocument(version), null, 2)}\n`);
}
if (names.includes('extension')) {
  const builder = join(root, '.venv/bin/jupyter-builder');
  if (existsSync(builder)) {
    run(builder, ['build', 'extension']);
    // Lab serves them with the extension, so that it can put copies into a user's folder wherever it was installed.
    for (const name of readdirSync(join(root, 'notebooks')).filter((file) => /\.(ipynb|csv)$/.test(file))) {
      mkdirSync(join(root, 'extension/diraclab/labextension/examples'), { recursive: true });
      copyFileSync(join(root, 'notebooks', name), join(root, 'extension/diraclab/labextension/examples', name));
    }
  } else console.error('build: no .venv with jupyter-builder yet (npm start makes it); the extension was type-checked but not bundled');
}
