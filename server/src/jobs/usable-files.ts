import type { Tx } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { findHeld, holderOf, holdFiles } from '../sandboxes/sandbox-rows.ts';
import { maySee, readJobs } from './job-store.ts';

/** Of the jobs that carry a digest only the newest are looked at: everybody's empty file is in millions. Who is not found sends the bytes. */
const newestCarriers = 100;
/** Files that were not sent by their user; more of them are sent again. */
const mostLookedUp = 100;

/**
 * The sizes of those of these files that the caller may use in a job, held until the transaction ends: files that the caller sent, and files of
 * jobs that the caller may see. All others are as if they were not there, or a digest would be a way to read another's file.
 */
export async function holdUsableFiles(tx: Tx, caller: Caller, digests: readonly string[]): Promise<Map<string, number>> {
  const sizes = await holdFiles(tx, digests);
  const own = new Set((await findHeld(tx, [holderOf(caller)], digests)).map(({ digest }) => digest));
  const foreign = [...sizes.keys()].filter((digest) => !own.has(digest));
  for (const [at, digest] of foreign.entries()) if (at >= mostLookedUp || !(await isOfVisibleJob(tx, caller, digest))) sizes.delete(digest);
  return sizes;
}

async function isOfVisibleJob(tx: Tx, caller: Caller, digest: string): Promise<boolean> {
  const outputs = await tx
    .selectFrom('job_outputs')
    .select('job_id')
    .where('digest', '=', digest)
    .orderBy('job_id', 'desc')
    .limit(newestCarriers)
    .execute();
  const inputs = await tx
    .selectFrom('description_files as f')
    .innerJoin('jobs as j', 'j.description_id', 'f.description_id')
    .select('j.job_id')
    .where('f.digest', '=', digest)
    .limit(newestCarriers)
    .execute();
  const jobs = await readJobs(
    tx,
    [...outputs, ...inputs].map(({ job_id }) => job_id),
  );
  return jobs.some((job) => maySee(caller, job));
}
