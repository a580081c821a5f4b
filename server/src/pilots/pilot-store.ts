import type { Pilot, PilotStatus, ResourceOffer } from '@diraclab/contract';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../database/port.ts';
import type { PilotsTable } from '../database/tables.ts';
import { instant } from '../jobs/job-row.ts';

export type PilotRow = Selectable<PilotsTable>;

export interface NewPilot {
  pilotStamp: string;
  tokenHash: string;
  site: string;
  computingElement: string;
  host: string;
  vo: string;
  slots: number;
  isolation?: 'none' | undefined;
}

export async function insertPilot(tx: Tx, pilot: NewPilot, nowMs: number): Promise<number> {
  const { pilot_id } = await tx
    .insertInto('pilots')
    .values({
      pilot_stamp: pilot.pilotStamp,
      token_hash: pilot.tokenHash,
      site: pilot.site,
      computing_element: pilot.computingElement,
      host: pilot.host,
      vo: pilot.vo,
      status: 'Submitted',
      slots: pilot.slots,
      isolation: pilot.isolation ?? null,
      sole_owner: null,
      pid: 0,
      version: '',
      submission_ms: nowMs,
      last_update_ms: nowMs,
    })
    .returning('pilot_id')
    .executeTakeFirstOrThrow();
  return pilot_id;
}

export async function readPilot(db: Db, pilotId: number): Promise<PilotRow | undefined> {
  return db.selectFrom('pilots').selectAll().where('pilot_id', '=', pilotId).executeTakeFirst();
}

export const livePilotStatuses: readonly PilotStatus[] = ['Submitted', 'Waiting', 'Running', 'Unknown'];

export async function readLivePilots(db: Db, computingElement: string): Promise<PilotRow[]> {
  return db
    .selectFrom('pilots')
    .selectAll()
    .where('computing_element', '=', computingElement)
    .where('status', 'in', livePilotStatuses)
    .orderBy('pilot_id')
    .execute();
}

export async function setPilotStatus(tx: Tx, pilotId: number, status: PilotStatus, nowMs: number): Promise<void> {
  await tx.updateTable('pilots').set({ status, last_update_ms: nowMs }).where('pilot_id', '=', pilotId).execute();
}

/** What a pilot tells of itself when it asks for jobs; of one that was given up meanwhile nothing is written, which would bring it back. */
export async function hearPilot(
  tx: Tx,
  pilotId: number,
  offer: Pick<ResourceOffer, 'host' | 'pid' | 'version'>,
  nowMs: number,
): Promise<void> {
  await tx
    .updateTable('pilots')
    .set({ status: 'Running', host: offer.host, pid: offer.pid, version: offer.version, last_update_ms: nowMs })
    .where('pilot_id', '=', pilotId)
    .where('status', 'in', livePilotStatuses)
    .execute();
}

/** Of one VO, or of all. */
export async function listPilots(db: Db, vo: string | undefined): Promise<Pilot[]> {
  const newest = db.selectFrom('pilots').selectAll().orderBy('pilot_id', 'desc').limit(1000);
  const rows = await (vo === undefined ? newest : newest.where('vo', '=', vo)).execute();
  return rows.map((row) => ({
    pilotId: row.pilot_id,
    pilotStamp: row.pilot_stamp,
    site: row.site,
    computingElement: row.computing_element,
    host: row.host,
    vo: row.vo,
    status: row.status,
    slots: row.slots,
    version: row.version,
    submissionTime: instant(row.submission_ms),
    lastUpdateTime: instant(row.last_update_ms),
  }));
}

/** Jobs whose attempt a pilot holds. */
export async function readHeldJobIds(db: Db, pilotId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('job_id')
    .where('pilot_id', '=', pilotId)
    .where('status', 'in', ['Matched', 'Running', 'Stalled', 'Completing'])
    .execute();
  return rows.map(({ job_id }) => job_id);
}
