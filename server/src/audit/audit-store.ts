import { ContractError } from '@diraclab/contract';
import type { AuditAct, AuditEntry, AuditQuery } from '@diraclab/contract';
import type { Selectable } from 'kysely';
import { instant } from '../database/instant.ts';
import type { Db, Tx } from '../database/port.ts';
import type { AuditTable } from '../database/tables.ts';

/** A page, newest first, by the number of its last line. `vo`: only that one's, whatever is asked. */
export async function searchAudit(
  db: Db,
  query: AuditQuery,
  vo: string | undefined,
): Promise<{ entries: AuditEntry[]; next: string | null }> {
  const { limit = 100, after, since, until, jobId, acts } = query;
  let lines = db.selectFrom('audit').selectAll().orderBy('audit_id', 'desc').limit(limit + 1); // prettier-ignore
  const equal = {
    owner: query.owner,
    person_id: query.personId,
    token_id: query.tokenId,
    pilot_id: query.pilotId,
    site: query.site,
    end_user: query.endUser,
    job_group: query.jobGroup,
  };
  for (const [column, value] of Object.entries(equal) as [keyof typeof equal, string | number | undefined][])
    if (value !== undefined) lines = lines.where(column, '=', value);
  for (const one of [vo, query.vo]) if (one !== undefined) lines = lines.where('vo', '=', one);
  if (acts !== undefined) lines = lines.where('act', 'in', acts);
  if (since !== undefined) lines = lines.where('time_ms', '>=', Date.parse(since));
  if (until !== undefined) lines = lines.where('time_ms', '<', Date.parse(until));
  if (jobId !== undefined) lines = lines.where('first_job_id', '<=', jobId).where('last_job_id', '>=', jobId);
  if (after !== undefined) lines = lines.where('audit_id', '<', toAuditId(after));
  const rows = await lines.execute();
  const page = rows.slice(0, limit);
  return {
    entries: page.filter((row) => jobId === undefined || names(row, jobId)).map(toEntry),
    next: rows.length > limit ? String(page.at(-1)?.audit_id) : null,
  };
}

/** Between the first and the last id there may be others' jobs. */
function names({ job_ids }: Selectable<AuditTable>, jobId: number): boolean {
  const ranges = (job_ids ?? '').split(',');
  return ranges.some((range) => {
    const [from = '', to = from] = range.split('-');
    // A list too long to keep: it may be.
    return range === '…' || (Number(from) <= jobId && jobId <= Number(to));
  });
}

function toAuditId(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new ContractError('BadRequest', 'The cursor does not belong to this list.', {
    next: 'Ask for the first page again, without "after".',
  });
}

const toEntry = (row: Selectable<AuditTable>): AuditEntry => ({
  auditId: row.audit_id,
  time: instant(row.time_ms),
  act: row.act as AuditAct,
  owner: row.owner,
  ownerGroup: row.owner_group,
  vo: row.vo,
  personId: row.person_id,
  tokenId: row.token_id,
  pilotId: row.pilot_id,
  site: row.site,
  endUser: row.end_user,
  jobGroup: row.job_group,
  count: row.n,
  jobIds: row.job_ids,
  detail: row.detail,
});

/** Lines come in the order of time, so the old ones are the first ones: nothing is searched for. Gives how many went. */
export async function removeOldLines(tx: Tx, beforeMs: number, most: number): Promise<number> {
  const oldest = await tx.selectFrom('audit').select(['audit_id', 'time_ms']).orderBy('audit_id').limit(most).execute();
  const young = oldest.findIndex(({ time_ms }) => time_ms >= beforeMs);
  const old = young === -1 ? oldest : oldest.slice(0, young);
  const last = old.at(-1);
  if (last !== undefined) await tx.deleteFrom('audit').where('audit_id', '<=', last.audit_id).execute();
  return old.length;
}
