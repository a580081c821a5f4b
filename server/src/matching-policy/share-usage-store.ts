import type { ShareCorrector } from '@diraclab/contract';
import type { Db, Tx } from '../database/port.ts';
import type { Group, MeasuredUse } from './policy.ts';

export interface Use extends Group {
  jobs: number;
  cpuTimeS: number;
}

/** Fine enough for the shortest time span a corrector may have. */
const bucketMs = 600_000;

/** Adds to the bucket of now; in key order, so that two servers cannot wait for each other. */
export async function addUse(tx: Tx, used: readonly Use[], nowMs: number): Promise<void> {
  const bucket = Math.floor(nowMs / bucketMs) * bucketMs;
  const rows = [...used]
    .sort((a, b) => (JSON.stringify([a.vo, a.ownerGroup]) < JSON.stringify([b.vo, b.ownerGroup]) ? -1 : 1))
    .map(({ vo, ownerGroup, jobs, cpuTimeS }) => ({ vo, owner_group: ownerGroup, bucket_ms: bucket, jobs, cpu_time_s: cpuTimeS }));
  for (let at = 0; at < rows.length; at += 1000) {
    await tx
      .insertInto('share_usage')
      .values(rows.slice(at, at + 1000))
      .onConflict((c) =>
        c.columns(['vo', 'owner_group', 'bucket_ms']).doUpdateSet((eb) => ({
          jobs: eb('share_usage.jobs', '+', eb.ref('excluded.jobs')),
          cpu_time_s: eb('share_usage.cpu_time_s', '+', eb.ref('excluded.cpu_time_s')),
        })),
      )
      .execute();
  }
}

export async function measureUse(db: Db, corrector: ShareCorrector, nowMs: number): Promise<MeasuredUse> {
  const rows = await db
    .selectFrom('share_usage')
    .select(['vo', 'owner_group'])
    .select((eb) => eb.fn.sum<number>(corrector.measure === 'jobs' ? 'jobs' : 'cpu_time_s').as('amount'))
    .where('bucket_ms', '>', nowMs - corrector.timeSpanS * 1000)
    .groupBy(['vo', 'owner_group'])
    .execute();
  return { corrector, used: rows.map(({ vo, owner_group, amount }) => ({ vo, ownerGroup: owner_group, amount: Number(amount) })) };
}

/** No corrector looks back further. */
const keptMs = 31 * 86_400_000 + bucketMs;

export async function forgetOldUse(tx: Tx, nowMs: number): Promise<void> {
  await tx
    .deleteFrom('share_usage')
    .where('bucket_ms', '<', nowMs - keptMs)
    .execute();
}
