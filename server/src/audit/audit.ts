import type { AuditAct } from '@diraclab/contract';
import { insertRows } from '../database/port.ts';
import type { Tx } from '../database/port.ts';

/** Who did it: a caller, or somebody of whom less is known, such as who signs in. */
export interface Actor {
  owner: string;
  ownerGroup?: string | undefined;
  vo?: string | undefined;
  personId?: number | undefined;
  tokenId?: string | undefined;
  pilotId?: number | undefined;
}

export interface Audited {
  act: AuditAct;
  actor: Actor;
  jobIds?: readonly number[];
  jobGroup?: string | undefined;
  site?: string | undefined;
  endUser?: string | undefined;
  /** How many; by default, the jobs. */
  n?: number;
  /** A line for people. Never a secret: tokens are named by their ids. */
  detail?: string;
}

const columns = [
  'time_ms', 'act', 'vo', 'owner_group', 'owner', 'person_id', 'token_id', 'pilot_id', 'site', 'end_user', 'job_group', 'n',
  'first_job_id', 'last_job_id', 'job_ids', 'detail',
] as const; // prettier-ignore

/** Of what is kept in a row; the ids of a bulk are one range. */
const longestIds = 8_000;
const longestDetail = 2_000;

/**
 * Lines of the audit trail, in the transaction of what they tell: an act that did not happen leaves none, and one that did cannot be without.
 * One bulk statement for all of a transaction's lines; a bulk of 10,000 jobs is one line.
 */
export async function audit(tx: Tx, lines: readonly Audited[], nowMs: number): Promise<void> {
  await insertRows(
    tx,
    'audit',
    columns,
    lines.map((line) => toRow(line, nowMs)),
  );
}

function toRow({ act, actor, jobIds = [], jobGroup, site, endUser, n = jobIds.length, detail }: Audited, nowMs: number) {
  const ids = [...jobIds].sort((a, b) => a - b);
  return [
    nowMs, act, actor.vo ?? '', actor.ownerGroup ?? '', actor.owner, actor.personId, actor.tokenId, actor.pilotId, site, endUser, jobGroup, n,
    ids[0], ids.at(-1), ids.length === 0 ? null : cut(toRanges(ids)), detail?.slice(0, longestDetail),
  ]; // prettier-ignore
}

/** Never in the middle of a number; `first_job_id` and `last_job_id` still say how far it goes. */
const cut = (ranges: string): string =>
  ranges.length <= longestIds ? ranges : `${ranges.slice(0, ranges.lastIndexOf(',', longestIds))},…`;

/** `5,7,9-12` of ascending ids. */
export function toRanges(ids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last !== undefined && id <= last[1] + 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
