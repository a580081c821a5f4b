import { ContractError } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import type { Secret } from '../identity/secret-file.ts';
import { isActive } from '../jobs/job-state-machine.ts';
import { noSuchJob, readDescription, readJob } from '../jobs/job-store.ts';
import { readProxyFor } from './read-proxy-for.ts';

/**
 * The owner's proxy for a job that asks for it, to the pilot that holds its current attempt; written down each time. To all others it is a
 * job that is not there.
 */
export async function giveJobProxy(database: Database, secret: Secret, jobId: number, pilot: Caller): Promise<{ pem: string }> {
  const row = await readJob(database.read, jobId, pilot);
  if (row.pilot_id !== pilot.pilotId || !isActive(row.status)) throw noSuchJob(jobId);
  const { proxy = false } = await readDescription(database.read, row.description_id);
  if (!proxy) throw new ContractError('NotFound', `Job ${jobId} does not ask for a proxy.`, { ids: { jobId } });
  const pem = await readProxyFor(database, secret, { owner: row.owner, vo: row.vo, ownerGroup: row.owner_group });
  const actor = { owner: row.owner, ownerGroup: row.owner_group, vo: row.vo, pilotId: pilot.pilotId };
  await database.transaction((tx, nowMs) =>
    audit(tx, [{ act: 'credential', actor, site: row.site, jobIds: [jobId], detail: 'proxy given to the job' }], nowMs),
  );
  return { pem };
}
