import type { EndReason } from '@diraclab/contract';

/** Why a job cannot go on, in the words its owner will read: DIRAC's minor status, and a sentence as the application status. */
export class JobFailure extends Error {
  readonly reason: EndReason;
  readonly minorStatus: string;
  readonly exitCode: number | null;

  constructor(reason: EndReason, minorStatus: string, detail: string, more: { exitCode?: number; cause?: unknown } = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'JobFailure';
    this.reason = reason;
    this.minorStatus = minorStatus;
    this.exitCode = more.exitCode ?? null;
  }
}

export const diskFullMinorStatus = 'Job has insufficient disk space to continue';

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

/** Does something on the job's disk; a failure there is the job's failure, not a matter of asking the server again. */
export async function onDisk<T>(minorStatus: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof JobFailure) throw cause;
    if (isDiskFull(cause)) throw new JobFailure('diskFull', diskFullMinorStatus, `no space left on this node to write ${path}`, { cause });
    throw new JobFailure('inputMissing', minorStatus, `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
