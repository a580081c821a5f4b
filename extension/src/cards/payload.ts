import type { GroupSummary, Job } from '@diraclab/contract';
import { stateLooks, type StateCounts } from '../ui/states';

export const cardMimeType = 'application/vnd.dirac.card+json';

/** What a card shows of a job. */
export type CardJob = Pick<
  Job,
  'jobId' | 'jobName' | 'status' | 'minorStatus' | 'applicationStatus' | 'site' | 'submissionTime' | 'lastUpdateTime' | 'startExecTime' | 'endExecTime' | 'attempt'
>; // prettier-ignore
export type CardGroup = Pick<GroupSummary, 'jobGroup' | 'total' | 'counts'> & { firstJobId: number | undefined };

export type Card = { kind: 'job'; job: CardJob } | { kind: 'group'; group: CardGroup };

/**
 * A card as it stands in a notebook file, which anybody may have written: an object, or its JSON in a string (tslab's display sends strings).
 * Every field is checked and taken by name; a text stays a text. Gives a sentence when it is no card.
 */
export function readCard(data: unknown): Card | { refused: string } {
  const payload = typeof data === 'string' ? parse(data) : data;
  if (!isRecord(payload) || !isRecord(payload['snapshot'])) return { refused: 'This output is not a DIRAC card.' };
  if (payload['v'] !== 1)
    return { refused: `This card has version ${String(payload['v'])}; this extension knows version 1. Update diraclab.` };
  const snapshot = payload['snapshot'];
  if (payload['kind'] === 'job') return readJob(snapshot);
  if (payload['kind'] === 'group') return readGroup(snapshot);
  return { refused: 'This card is of a kind that this version of diraclab does not know.' };
}

function readJob(snapshot: Record<string, unknown>): Card | { refused: string } {
  const { jobId, status } = snapshot;
  if (!isWhole(jobId) || !isStatus(status)) return { refused: 'This card names no job or no known state.' };
  return {
    kind: 'job',
    job: {
      jobId,
      status,
      jobName: text(snapshot['jobName']),
      minorStatus: text(snapshot['minorStatus']),
      applicationStatus: text(snapshot['applicationStatus']),
      site: text(snapshot['site']),
      submissionTime: text(snapshot['submissionTime']),
      lastUpdateTime: text(snapshot['lastUpdateTime']),
      startExecTime: text(snapshot['startExecTime']) || null,
      endExecTime: text(snapshot['endExecTime']) || null,
      attempt: isWhole(snapshot['attempt']) ? snapshot['attempt'] : 0,
    },
  };
}

function readGroup(snapshot: Record<string, unknown>): Card | { refused: string } {
  const { jobGroup, total, counts, jobIds, firstJobId } = snapshot;
  if (typeof jobGroup !== 'string' || jobGroup === '' || !isWhole(total)) return { refused: 'This card names no group.' };
  const known: StateCounts = {};
  for (const [status, count] of Object.entries(isRecord(counts) ? counts : {})) {
    if (isStatus(status) && isWhole(count)) known[status] = count;
  }
  const first: unknown = firstJobId ?? (Array.isArray(jobIds) ? jobIds[0] : undefined);
  return { kind: 'group', group: { jobGroup, total, counts: known, firstJobId: isWhole(first) ? first : undefined } };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isStatus = (value: unknown): value is Job['status'] => typeof value === 'string' && Object.hasOwn(stateLooks, value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
