import type { EndReason } from '@diraclab/contract';
import type { JobRow } from '../jobs/job-row.ts';

/** The node, its disk or a transfer failed, not the payload: elsewhere, or a moment later, it may go well. */
const infrastructure: readonly EndReason[] = ['lostPilot', 'uploadFailed', 'inputMissing', 'diskFull'];

/** Is an attempt that failed so tried again? The payload's own failures only where its owner asked for it. */
export function isTriedAgain(
  { kill_requested_ms, retry_on }: Pick<JobRow, 'kill_requested_ms' | 'retry_on'>,
  { reason, exitCode }: { reason: EndReason; exitCode: number | null },
): boolean {
  if (kill_requested_ms !== null) return false;
  if (infrastructure.includes(reason)) return true;
  const codes = retry_on === null ? [] : (JSON.parse(retry_on) as number[]);
  return (reason === 'exit' || reason === 'signal') && exitCode !== null && codes.includes(exitCode);
}
