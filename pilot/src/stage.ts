import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { ContractError, getInputFile, type SandboxFile } from '@diraclab/contract';
import { eachOf } from './each-of.ts';
import { openInside } from './job-directory.ts';
import { JobFailure, onDisk } from './job-failure.ts';
import { messageOf } from './log.ts';
import { retrying } from './retry.ts';
import type { ServerLink } from './server-link.ts';

const failedMinorStatus = 'Failed Downloading InputSandbox';
const quietMs = 30_000;
/** Files at a time: enough to hide a round trip, few enough for a server with many pilots. */
const atOnce = 4;
/** A digest that is wrong so often is wrong in the store, not on the way. */
const mostWrongDigests = 3;

/** Brings the input sandbox into the job's directory. Throws {@link JobFailure} for what waiting cannot mend. */
export async function stageIn(
  link: ServerLink,
  jobId: number,
  files: readonly SandboxFile[],
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  await eachOf(files, atOnce, async (file) => {
    try {
      const fetchOnce = fetcher(link, jobId, file, directory, signal);
      for (let wrong = 1; !(await retrying(fetchOnce, link.graceMs, signal)); wrong += 1) {
        if (wrong === mostWrongDigests)
          throw new JobFailure('inputMissing', failedMinorStatus, `${file.path}: its bytes do not have the digest ${file.digest}`);
      }
    } catch (cause) {
      if (cause instanceof JobFailure || signal.aborted) throw cause;
      const what = cause instanceof ContractError ? `${cause.code}: ${cause.message}` : messageOf(cause);
      throw new JobFailure('inputMissing', failedMinorStatus, `${file.path} could not be fetched for job ${jobId}: ${what}`, { cause });
    }
  });
}

/** Fetches the file, each time anew; true when the bytes are those announced. */
function fetcher(link: ServerLink, jobId: number, file: SandboxFile, directory: string, signal: AbortSignal): () => Promise<boolean> {
  // The first time nothing may be there: two files with one name, or one under another, are a mistake and not the last one's luck.
  let flags: number = constants.O_EXCL;
  return async () => {
    const mode = file.executable === true ? 0o755 : 0o644;
    const target = await onDisk(failedMinorStatus, file.path, () => openInside(directory, file.path, flags, mode));
    flags = constants.O_TRUNC;
    try {
      return await link.ask(quietMs, signal, async (client, question) => {
        const answer = await client.download(getInputFile, { params: { jobId }, query: { path: file.path } }, { signal: question.signal });
        const hash = createHash('sha256');
        let sizeBytes = 0;
        for await (const chunk of answer.stream()) {
          question.alive();
          sizeBytes += chunk.length;
          if (sizeBytes > file.sizeBytes) return false;
          hash.update(chunk);
          await onDisk(failedMinorStatus, file.path, () => target.writeFile(chunk));
        }
        return sizeBytes === file.sizeBytes && hash.digest('hex') === file.digest;
      });
    } finally {
      await target.close();
    }
  };
}
