// Types, code rules, import rules, format: `npm run lint`. Each is a line of its own in the test report, too (scripts/test.mjs).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rerunUnderNode24, root } from './lib/node24.mjs';
import { setUp, setUpNode24 } from './setup.mjs';

export const checks = [
  { name: 'types (tsc -b)', command: ['node_modules/typescript/bin/tsc', '-b'] },
  { name: 'code rules (eslint)', command: ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'] },
  {
    name: 'import rules (dependency-cruiser)',
    command: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      'contract/src',
      'server/src',
      'pilot/src',
      'kernel-lib/src',
      'extension/src',
      'test',
    ],
  },
  { name: 'format (prettier)', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
];

/** Runs one check, its words going to this terminal; true when all is well. */
export function runCheck({ command }) {
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  return status === 0;
}

const script = fileURLToPath(import.meta.url);
if (process.argv[1] === script) {
  await setUpNode24();
  await rerunUnderNode24(script);
  await setUp();
  const failed = checks.filter((check) => !runCheck(check));
  for (const { name } of failed) console.error(`lint: failed: ${name}`);
  process.exit(failed.length === 0 ? 0 : 1);
}
