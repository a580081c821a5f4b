import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { node24, root } from './node24.mjs';
import { digest, readStamps, writeStamp } from './stamps.mjs';
import { step } from './steps.mjs';

/** What each workspace's build leaves behind. */
const products = {
  contract: ['contract/dist/index.js'],
  server: ['server/dist/server.mjs', 'server/dist/sqlite-worker.mjs', 'server/dist/s3-bytes.mjs', 'server/dist/redis.mjs', 'server/dist/companion.mjs'],
  pilot: ['pilot/dist/pilot.cjs'],
  'kernel-lib': ['kernel-lib/dist/index.js', 'kernel-lib/dist/cli.cjs', 'kernel-lib/dist/kernel-launcher.cjs'],
  extension: ['extension/diraclab/labextension/package.json'],
};
const common = ['package-lock.json', 'tsconfig.base.json', 'scripts/build.mjs'];
const parts = ['src', 'style', 'schema', 'package.json', 'tsconfig.json'];
/** The extension carries the example notebooks. */
const besides = { extension: ['notebooks'] };

/** A workspace is built from itself, the contract and what all builds share. */
function sourcesOf(name) {
  return [...common, ...(besides[name] ?? []), ...[...new Set(['contract', name])].flatMap((workspace) => parts.map((part) => `${workspace}/${part}`))];
}

/** Builds the workspaces whose sources changed since their last build, or whose products are gone. */
export async function setUpBuilds(names = Object.keys(products)) {
  const stamps = readStamps();
  const wanted = Object.fromEntries(names.map((name) => [name, digest(sourcesOf(name))]));
  const stale = names.filter(
    (name) => stamps[`build ${name}`] !== wanted[name] || !products[name].every((file) => existsSync(join(root, file))),
  );
  if (stale.length === 0) return;
  await step(`build of ${stale.join(', ')}`, () =>
    run('build', node24(), ['scripts/build.mjs', ...stale], { remedy: 'The sources do not build as they are; mend the first error above.' }),
  );
  for (const name of stale) writeStamp(`build ${name}`, wanted[name]);
}
