import { isFinal, pilotStopped } from '@diraclab/contract';
import type { JobReport, JobReportAnswer, OutputStream, StatusReport } from '@diraclab/contract';
import type { Database, Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import { applyDrafts } from '../jobs/apply-drafts.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { closeAttempt, draftOf, failAttempt, move, requeue, retry } from '../jobs/job-draft.ts';
import type { JobDraft } from '../jobs/job-draft.ts';
import { noteParameters } from '../jobs/job-parameter-store.ts';
import type { NotedParameters } from '../jobs/job-parameter-store.ts';
import { isActive } from '../jobs/job-state-machine.ts';
import { lockJobs, readHolders } from '../jobs/job-store.ts';
import type { OutputTails } from '../jobs/output-tails.ts';
import { findHeld, holderOf, holdFiles } from '../sandboxes/sandbox-rows.ts';
import { anyVo } from '../task-queues/matcher.ts';
import { isTriedAgain } from './retries.ts';
import { keepStale } from './stale-reports.ts';
import type { StaleReport } from './stale-reports.ts';

export interface PilotReport {
  pilotId: number;
  vo: string;
  jobs: readonly JobReport[];
}

type Verdict = Pick<JobReportAnswer, 'outcome' | 'detail' | 'sequence' | 'command'>;

interface Taken {
  verdicts: Verdict[];
  applied: Applied;
}

/**
 * What a report does to a job: pure. `stale` says that the attempt is over, or another's, and nothing was changed. `ours`: this pilot holds
 * or held the job's last attempt; a job that has ended names no pilot any more.
 */
export function takeReport(draft: JobDraft, report: JobReport, ours: boolean, sizes: ReadonlyMap<string, number>, nowMs: number): Verdict {
  const { row } = draft;
  const last = report.statuses.at(-1)?.sequence ?? 0;
  if (!ours || row.attempt !== report.attempt || !isActive(row.status)) {
    // The answer to a final report was lost and the pilot says it again: it has arrived, nothing is stale.
    const repeated = ours && row.attempt === report.attempt && last > 0 && last <= row.report_sequence;
    return repeated
      ? { outcome: 'accepted', sequence: row.report_sequence, command: null }
      : { outcome: 'stale', sequence: last, command: null };
  }
  row.heart_beat_ms = nowMs;
  if (report.cpuTimeUsedS !== undefined) row.cpu_time_used_s = report.cpuTimeUsedS;
  if (report.wallTimeUsedS !== undefined) row.wall_time_used_s = report.wallTimeUsedS;
  if (report.rssMB !== undefined) row.max_rss_mb = Math.max(row.max_rss_mb ?? 0, report.rssMB);
  // A silent attempt that speaks again goes on (DIRAC takes an update from a Stalled job as one from Running).
  if (row.status === 'Stalled') move(draft, { status: 'Running', minorStatus: 'Heard again', source: 'Pilot' }, nowMs);
  for (const status of report.statuses) {
    if (status.sequence <= row.report_sequence) continue;
    const refusal = takeStatus(draft, status, sizes, nowMs);
    if (refusal !== undefined) return { outcome: 'refused', detail: refusal, sequence: row.report_sequence, command: null };
    row.report_sequence = status.sequence;
    if (!isActive(row.status)) break;
  }
  const command = isActive(row.status) && row.kill_requested_ms !== null ? 'Kill' : null;
  return { outcome: 'accepted', sequence: row.report_sequence, command };
}

/** One change of state; a sentence is a refusal. */
function takeStatus(draft: JobDraft, status: StatusReport, sizes: ReadonlyMap<string, number>, nowMs: number): string | undefined {
  const { row } = draft;
  const { end } = status;
  const absent = end?.outputs.find(({ digest }) => !sizes.has(digest));
  if (absent !== undefined) return `the output file ${absent.path} (sha256 ${absent.digest}) was not uploaded`;
  if (status.status === 'Rescheduled') {
    if (row.kill_requested_ms === null) return giveBackByPilot(draft, status, nowMs);
    move(draft, { status: 'Killed', minorStatus: 'Received Kill signal', source: 'Pilot' }, nowMs);
    Object.assign(row, { end_reason: 'killed', end_exec_ms: nowMs });
    closeAttempt(draft, 'Killed');
    return undefined;
  }
  // A pilot passes through Running even if the payload ended before it could say so.
  if (row.status === 'Matched' && status.status !== 'Running' && status.status !== 'Failed' && status.status !== 'Killed') {
    move(draft, { status: 'Running', minorStatus: 'Job Initialization', source: 'Pilot' }, nowMs);
  }
  const moved = move(
    draft,
    {
      status: status.status,
      minorStatus: status.minorStatus,
      source: 'Pilot',
      ...(status.applicationStatus === undefined ? {} : { applicationStatus: status.applicationStatus }),
    },
    nowMs,
  );
  if (!moved) return `a job cannot go from ${row.status} to ${status.status}`;
  if (status.status === 'Running') row.start_exec_ms ??= nowMs;
  if (isActive(row.status)) return undefined;
  row.end_exec_ms = nowMs;
  if (end !== undefined) {
    Object.assign(row, {
      end_reason: end.reason,
      exit_code: end.exitCode,
      cpu_time_used_s: end.cpuTimeUsedS,
      wall_time_used_s: end.wallTimeUsedS,
      max_rss_mb: end.maxRssMB ?? row.max_rss_mb,
    });
  }
  // The pilot stays named on its attempt; the job itself is held by nobody now.
  closeAttempt(draft, `${row.status}: ${row.minor_status}`);
  if (row.status === 'Failed' && end !== undefined && isTriedAgain(row, end)) retry(draft, 'Job Rescheduled', 'Pilot', nowMs);
  return undefined;
}

/** A pilot that ends on purpose takes nothing from the job; one whose node could not even start it does. */
function giveBackByPilot(draft: JobDraft, { minorStatus, applicationStatus }: StatusReport, nowMs: number): string | undefined {
  const { status } = draft.row;
  if (minorStatus === pilotStopped) {
    return requeue(draft, minorStatus, 'Pilot', nowMs) ? undefined : `a job cannot go from ${status} to Rescheduled once more`;
  }
  failAttempt(draft, { minorStatus, source: 'Pilot', ...(applicationStatus === undefined ? {} : { applicationStatus }) }, nowMs);
  return undefined;
}

/** Takes the messages of all pilots that speak at once in one commit; `afterCommit` hears what changed before they are answered. */
export function createReportTaker(
  database: Database,
  tails: OutputTails,
  afterCommit: (applied: Applied) => Promise<void>,
): (report: PilotReport) => Promise<JobReportAnswer[]> {
  const take = groupCommit<PilotReport, Taken>(database, (tx, reports, nowMs) => takeTogether(tx, reports, nowMs), 200);

  return async ({ pilotId, vo, jobs }) => {
    const { verdicts, applied } = await take({ pilotId, vo, jobs });
    await afterCommit(applied);
    return Promise.all(
      jobs.map(async ({ jobId, attempt, output = [] }, i) => {
        const verdict = verdicts[i] ?? { outcome: 'stale', sequence: 0, command: null };
        if (verdict.outcome === 'accepted')
          for (const { stream, from, text, end } of output) await tails.append(jobId, attempt, stream, { from, text, end });
        const endOf = (stream: OutputStream) => (verdict.outcome === 'stale' ? 0 : tails.end(jobId, attempt, stream));
        return { jobId, attempt, ...verdict, outputEnd: { stdout: await endOf('stdout'), stderr: await endOf('stderr') } };
      }),
    );
  };
}

async function takeTogether(tx: Tx, reports: readonly PilotReport[], nowMs: number): Promise<Taken[]> {
  const drafts = new Map<number, JobDraft>();
  for (const row of await lockJobs(
    tx,
    reports.flatMap(({ jobs }) => jobs.map(({ jobId }) => jobId)),
  ))
    drafts.set(row.job_id, draftOf(row));
  const ends = reports.flatMap(({ jobs }) => jobs.flatMap(({ statuses }) => statuses.flatMap(({ end }) => end?.outputs ?? [])));
  const digests = ends.map(({ digest }) => digest);
  const sizes = await holdFiles(tx, digests);
  const sentBy = await readSenders(tx, reports, [...drafts.values()], digests);
  const holders = await readHolders(
    tx,
    [...drafts.values()].map(({ before }) => before),
  );
  const stale: StaleReport[] = [];
  const noted: NotedParameters[] = [];
  const verdicts = reports.map((sender) => {
    const { pilotId, vo, jobs } = sender;
    return jobs.map((report): Verdict => {
      const draft = drafts.get(report.jobId);
      // Another VO's job is as if it were not there, also to whoever would keep what is said of it.
      if (draft === undefined || (draft.row.vo !== vo && vo !== anyVo))
        return { outcome: 'stale', sequence: report.statuses.at(-1)?.sequence ?? 0, command: null };
      const known = draft.row.report_sequence;
      const sent = sizes.size === 0 ? sizes : new Map([...sizes].filter(([digest]) => sentBy(sender, draft.row, digest)));
      const verdict = takeReport(draft, report, holders.get(report.jobId) === pilotId, sent, nowMs);
      if (verdict.outcome === 'stale' && report.statuses.length > 0) stale.push({ report, pilotId });
      if (verdict.outcome !== 'stale') noted.push(...parametersIn(report, known, verdict.sequence));
      return verdict;
    });
  });
  await replaceOutputs(tx, reports, drafts, sizes);
  await noteParameters(tx, noted, nowMs);
  await keepStale(tx, stale, nowMs);
  const applied = await applyDrafts(tx, [...drafts.values()], nowMs);
  // The first message carries what all of them changed: it is told once.
  return verdicts.map((own, i) => ({ verdicts: own, applied: i === 0 ? applied : { rows: [], queueDeltas: new Map() } }));
}

/**
 * Whose files an end may name: those that the pilot itself or the job's owner sent. Another's digest in a report would make another's file
 * this job's output, and readable.
 */
async function readSenders(tx: Tx, reports: readonly PilotReport[], drafts: readonly JobDraft[], digests: readonly string[]) {
  const pilot = ({ pilotId, vo }: PilotReport) => holderOf({ vo, owner: '', pilotId });
  const holders = [...reports.map(pilot), ...drafts.map(({ row: { vo, owner } }) => ({ vo, owner }))];
  const held = digests.length === 0 ? [] : await findHeld(tx, holders, digests);
  const known = new Set(held.map(({ vo, owner, digest }) => `${digest} ${owner} ${vo}`));
  return (report: PilotReport, { vo, owner }: JobDraft['row'], digest: string): boolean =>
    known.has(`${digest} ${pilot(report).owner} ${report.vo}`) || known.has(`${digest} ${owner} ${vo}`);
}

/** Of the changes of state that were taken now. */
function parametersIn({ jobId, attempt, statuses }: JobReport, known: number, taken: number): NotedParameters[] {
  return statuses.flatMap(({ sequence, parameters }) =>
    parameters === undefined || sequence <= known || sequence > taken ? [] : [{ jobId, attempt, parameters }],
  );
}

/** The outputs of attempts that ended here, with the sizes that they have here; those of an earlier attempt go. */
async function replaceOutputs(
  tx: Tx,
  reports: readonly PilotReport[],
  drafts: ReadonlyMap<number, JobDraft>,
  sizes: ReadonlyMap<string, number>,
): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const { jobId, attempt, statuses } of reports.flatMap(({ jobs }) => jobs)) {
    const draft = drafts.get(jobId);
    const end = statuses.find((status) => status.end !== undefined);
    // Not of one that is tried again: it would be shown with what was never its end.
    const endedHere =
      draft !== undefined &&
      isFinal(draft.row.status) &&
      draft.closedAttempt?.attempt === attempt &&
      end !== undefined &&
      draft.row.report_sequence >= end.sequence;
    if (!endedHere) continue;
    await tx.deleteFrom('job_outputs').where('job_id', '=', jobId).execute();
    const byPath = new Map((end.end?.outputs ?? []).map((file) => [file.path, file]));
    for (const file of byPath.values())
      rows.push([jobId, file.path, file.digest, sizes.get(file.digest) ?? file.sizeBytes, file.executable === true ? 1 : 0]);
  }
  await insertRows(tx, 'job_outputs', ['job_id', 'path', 'digest', 'size_bytes', 'executable'], rows);
}
