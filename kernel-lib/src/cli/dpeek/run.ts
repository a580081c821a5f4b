import { peekJob } from '@diraclab/contract';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import { requireIds } from '../ids';
import { json, lines, say } from '../text/printable';
import { lastLines } from './last-lines';
import type { dpeekSpec } from './spec';

export const dpeek: RunOf<typeof dpeekSpec> = async ({ options, args }, io) => {
  const count = readCount(options.lines);
  if (options.json && options.follow) throw usageError('--json is one document and cannot follow.', 'Leave out -f, or --json.');
  const [jobId, second] = await requireIds('dpeek', args, io);
  if (jobId === undefined || second !== undefined) throw usageError('dpeek shows one job at a time.', `For example: dpeek ${jobId ?? 881}`);

  const stream = options.stderr ? 'stderr' : 'stdout';
  const client = await openClient(io.env);
  const peek = await client(peekJob, { params: { jobId }, query: { stream } }, { signal: io.signal });
  const text = count === undefined ? peek.text : lastLines(peek.text, count);
  if (options.json) {
    io.print(json({ v: 1, jobId, ...peek, text }, 1));
    return exitCodes.ok;
  }
  if (peek.from > 0 && count === undefined) io.note(say`dpeek: the first ${peek.from} bytes are no longer kept while the job runs.`);
  io.write(lines(text));
  if (!options.follow || peek.complete) {
    if (text !== '' && !text.endsWith('\n') && io.outIsTty) io.print(say``);
    return exitCodes.ok;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports -- socket.io is loaded only for this
  const { followOutput } = require('./follow') as typeof import('./follow');
  await followOutput(jobId, peek, io);
  return exitCodes.ok;
};

function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw usageError(`-n takes a number of lines, but got "${text}".`, 'For example -n 20.');
  return Number(text);
}
