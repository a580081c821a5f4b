import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { root } from './node24.mjs';

const begin = '<!-- test:full -->';
const end = '<!-- /test:full -->';

/** Puts the outcome of a full run into docs/measurements.md, in place of the one before. */
export function writeFullRun({ passed, failed, skipped }, failures, tookMs) {
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node ${process.versions.node}`;
  const lines = [
    '## All stories at full size (`npm run test:full`)',
    `${new Date().toISOString().slice(0, 10)}, ${machine}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${Math.round(tookMs / 1000)} s.`,
    ...failures.map((name) => `- failed: ${name}`),
  ];
  const path = join(root, 'docs/measurements.md');
  const page = readFileSync(path, 'utf8');
  const section = `${begin}\n\n${lines.join('\n\n')}\n\n${end}`;
  const at = page.indexOf(begin);
  writeFileSync(path, at < 0 ? `${page.trimEnd()}\n\n${section}\n` : page.slice(0, at) + section + page.slice(page.indexOf(end) + end.length));
}
