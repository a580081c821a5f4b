import { ContractError, getJobProxy } from '@diraclab/contract';
import { open, rm } from 'node:fs/promises';
import { JobFailure, onDisk } from './job-failure.ts';
import { messageOf } from './log.ts';
import { retrying } from './retry.ts';
import type { ServerLink } from './server-link.ts';

const quietMs = 30_000;
const failedMinorStatus = 'Failed to get the proxy';

/** Beside the job's directory, so that no pattern of outputs can bring it back. */
const proxyFileOf = (directory: string): string => `${directory}.proxy`;

/** Writes the owner's proxy for the payload and gives its path. Never chmod after: between the two others could read it. */
export async function fetchProxy(link: ServerLink, jobId: number, directory: string, signal: AbortSignal): Promise<string> {
  const path = proxyFileOf(directory);
  const askOnce = (): Promise<string> =>
    link.ask(quietMs, signal, async (client, question) => {
      const { pem } = await client(getJobProxy, { params: { jobId } }, { signal: question.signal });
      return pem;
    });
  const pem = await retrying(askOnce, link.graceMs, signal).catch((cause: unknown) => {
    if (signal.aborted || !(cause instanceof ContractError)) throw cause;
    // The infrastructure is not at fault: another node would be refused as well.
    throw new JobFailure('exit', failedMinorStatus, messageOf(cause), { cause });
  });
  await onDisk(failedMinorStatus, path, async () => {
    await rm(path, { force: true });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(pem);
    } finally {
      await file.close();
    }
  });
  return path;
}

export const removeProxy = (directory: string): Promise<void> => rm(proxyFileOf(directory), { force: true });
