import type { LabSession } from '@diraclab/contract/lab-session';

/** From here on the end of a sign-in is counted down. */
export const countdownMs = 5 * 60_000;

export const groupInWords = ({ vo, ownerGroup }: { vo: string; ownerGroup: string }): string => `${vo}/${ownerGroup}`;

/** How long the sign-in still lasts, `4:59`, once that is less than five minutes; undefined before. */
export function countdown(session: LabSession | undefined, nowMs: number): string | undefined {
  if (session?.kind !== 'signedIn') return undefined;
  const leftMs = Date.parse(session.endTime) - nowMs;
  if (leftMs >= countdownMs) return undefined;
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
