import { isFinal, jobDefaults } from '@diraclab/contract';
import type { OutputStream, Peek } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { SandboxStore } from '../sandboxes/sandbox-store.ts';
import type { JobRow } from './job-row.ts';
import { readDescription, readOutputs } from './job-store.ts';
import { isActive } from './job-state-machine.ts';
import type { OutputTails } from './output-tails.ts';

/** The most a peek gives at once. */
const pageBytes = 256 * 1024;

/**
 * Output so far. While the job runs it is what its pilot sent; afterwards it is the file in the output sandbox, whole. A job that ended
 * without bringing its output (killed while waiting, lost) shows what was seen of it.
 */
export async function peekJob(
  db: Db,
  row: JobRow,
  stream: OutputStream,
  from: number,
  tails: OutputTails,
  sandboxes: SandboxStore,
): Promise<Peek> {
  const final = isFinal(row.status);
  if (final) {
    const description = await readDescription(db, row.description_id);
    const name = stream === 'stdout' ? (description.stdOutput ?? jobDefaults.stdOutput) : (description.stdError ?? jobDefaults.stdError);
    const file = (await readOutputs(db, row.job_id)).find(({ path }) => path === name);
    if (file !== undefined) return readPage(stream, file.digest, file.sizeBytes, from, sandboxes);
  }
  // A job that was rescheduled and has not begun again: what is kept was said by an attempt that counts no more.
  if (row.start_exec_ms === null && !isActive(row.status)) return { stream, from: 0, text: '', end: 0, complete: final };
  const piece = await tails.read(row.job_id, row.attempt, stream, from);
  return { stream, ...piece, complete: final };
}

async function readPage(stream: OutputStream, digest: string, sizeBytes: number, from: number, sandboxes: SandboxStore): Promise<Peek> {
  const start = Math.min(from < 0 ? Math.max(0, sizeBytes + from) : from, sizeBytes);
  const bytes = await sandboxes.read(digest, start, Math.min(pageBytes, sizeBytes - start));
  const whole = start + bytes.length >= sizeBytes ? bytes.length : endOfLastCharacter(bytes);
  const end = start + whole;
  return { stream, from: start, text: bytes.subarray(0, whole).toString('utf8'), end, complete: end >= sizeBytes };
}

/** Not in the middle of a character: the next page begins with it. */
export function endOfLastCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0x80) === 0) return bytes.length;
    if ((byte & 0xc0) === 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back >= length ? bytes.length : bytes.length - back;
    }
  }
  return bytes.length;
}
