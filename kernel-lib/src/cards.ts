import { countJobs, finalStatuses, getJob, isFinal, type Job } from '@diraclab/contract';
import { bundleOf, countsText, groupCard, jobCard, type GroupSnapshot } from './display';
import { serverName, watchJobs, type Session } from './session';

/** A group's card is written into the notebook at most this often; the extension draws what happens between by itself. */
const groupRefreshMs = 5000;

/**
 * Shows a card in the running cell and keeps its saved snapshot true while this kernel lives, so that the notebook, saved and read
 * anywhere, shows the last state. A card is an illustration: whatever fails here must not fail the submission.
 */
export async function showJobCard(session: Session, jobId: number): Promise<void> {
  if (!session.screen.isNotebook) return;
  try {
    const call = await session.client();
    const [server, job] = await Promise.all([serverName(session), call(getJob, { params: { jobId } })]);
    const shown = session.screen.show(bundleOf(jobCard(server, rowOf(job))));
    if (shown === undefined || isFinal(job.status)) return;
    let status = job.status;
    watchJobs(
      session.live,
      [jobId],
      (now) => {
        if (now.status === status) return;
        status = now.status;
        shown.update(bundleOf(jobCard(server, now)));
      },
      () => {},
    );
  } catch {
    // The handle is there; a missing card says nothing false.
  }
}

export async function showGroupCard(session: Session, jobGroup: string, jobIds: readonly number[]): Promise<void> {
  if (!session.screen.isNotebook) return;
  try {
    const [server, counts] = await Promise.all([serverName(session), groupCounts(session, jobGroup, jobIds)]);
    let latest: GroupSnapshot = { jobGroup, total: jobIds.length, counts, firstJobId: jobIds[0] ?? 0 };
    const shown = session.screen.show(bundleOf(groupCard(server, latest)));
    if (shown === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const draw = () => {
      clearTimeout(timer);
      timer = undefined;
      shown.update(bundleOf(groupCard(server, latest)));
    };
    const end = session.live.watch(
      () => ({ kind: 'group', jobGroup }),
      (frame) => {
        if (frame.kind !== 'group' || frame.group === null) return;
        const { total, counts: now, firstJobId } = frame.group;
        const changed = countsText(now) !== countsText(latest.counts);
        latest = { jobGroup, total, counts: now, firstJobId };
        if (allFinal(latest)) end();
        if (changed && allFinal(latest)) draw();
        else if (changed) timer ??= setTimeout(draw, groupRefreshMs).unref();
      },
      () => {},
    );
  } catch {
    // As above.
  }
}

function allFinal({ total, counts }: GroupSnapshot): boolean {
  return finalStatuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0) >= total;
}

/** Counted in the database; the range keeps out other submissions that took the same name. */
export async function groupCounts(session: Session, name: string, jobIds: readonly number[]): Promise<GroupSnapshot['counts']> {
  const call = await session.client();
  const { counts } = await call(countJobs, { body: { groupBy: 'status', where: groupConditions(name, jobIds) } });
  return Object.fromEntries(counts.map(({ value, count }) => [value, count]));
}

export function groupConditions(name: string, jobIds: readonly number[]) {
  const [first = 0, last = 0] = [jobIds[0], jobIds.at(-1)];
  return [
    { field: 'jobGroup', operator: 'eq', values: [name] },
    { field: 'jobId', operator: 'gte', values: [first] },
    { field: 'jobId', operator: 'lte', values: [last] },
  ] as { field: 'jobGroup' | 'jobId'; operator: 'eq' | 'gte' | 'lte'; values: (string | number)[] }[];
}

/** A card carries the row of a job, not its description (which may hold megabytes of arguments). */
function rowOf(details: Job & { description?: unknown; outputs?: unknown; attempts?: unknown }): Job {
  const { description: _description, outputs: _outputs, attempts: _attempts, ...row } = details;
  return row;
}
