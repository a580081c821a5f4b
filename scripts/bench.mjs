// `npm run bench [name …] [-- --rounds 5 --jobs 10000 --seconds 3]`: the benchmarks of test/bench, one after the other, on what is built. Each
// ends with one line of JSON: {"bench", "rows": [{"what", "ours", "raw", "ratio", "unit"}]}. Measured are ratios to the raw thing in the same
// run; nothing here is a test that could fail by being slow.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rerunUnderNode24, root } from './lib/node24.mjs';
import { fail, Remedy } from './lib/remedy.mjs';
import { setUp, setUpNode24 } from './setup.mjs';

const folder = join(root, 'test/bench');
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

function readArguments() {
  const options = { rounds: { type: 'string' }, jobs: { type: 'string' }, seconds: { type: 'string' } };
  const help = `The benchmarks are ${known.join(', ')}; the options --rounds N, --jobs N and --seconds N.`;
  let read;
  try {
    read = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
  } catch (error) {
    throw new Remedy(`${error.message.split('. ')[0]}.`, help);
  }
  const { values, positionals } = read;
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Remedy(`There is no benchmark ${unknown.join(', ')}.`, help);
  return {
    names: positionals.length > 0 ? positionals : known,
    passedOn: Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]),
  };
}

try {
  const { names, passedOn } = readArguments();
  const script = fileURLToPath(import.meta.url);
  await setUpNode24();
  await rerunUnderNode24(script);
  await setUp();
  const failed = names.filter((name) => {
    console.log(`\n== ${name}`);
    const file = join(folder, `${name}.ts`);
    return spawnSync(process.execPath, [file, ...passedOn], { cwd: root, stdio: 'inherit' }).status !== 0;
  });
  for (const name of failed) console.error(`bench: failed: ${name}`);
  process.exit(failed.length === 0 ? 0 : 1);
} catch (error) {
  fail(error);
}
