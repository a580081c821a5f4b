import { ContractError } from '@diraclab/contract';
import * as contract from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import type { BytesOut, Doors } from '../http/answer.ts';
import type { Caller } from '../identity/caller.ts';
import { actsOnJobs, readsJobFiles, readsJobs, submitsForEndUsers, submitsJobs } from '../identity/policies.ts';
import type { SandboxStore } from '../sandboxes/sandbox-store.ts';
import { whySuspended } from '../task-queues/why-suspended.ts';
import { why } from '../task-queues/why-waiting.ts';
import type { LiveOffer, StandingOf } from '../task-queues/why-waiting.ts';
import { actOnJobs, kill, remove, reschedule } from './act-on-jobs.ts';
import type { Act } from './act-on-jobs.ts';
import type { Applied } from './apply-drafts.ts';
import type { Asked, SubmittedInQueue } from './insert-submissions.ts';
import { listGroups } from './job-groups.ts';
import { toJob } from './job-row.ts';
import { readAttempts, readDescription, readJob, readLog, readOutputs } from './job-store.ts';
import type { OutputTails } from './output-tails.ts';
import { peekJob } from './peek-job.ts';
import { countJobs, searchJobs } from './search-jobs.ts';
import { checkSubmission, submitTogether } from './submit-job.ts';

export interface JobParts {
  database: Database;
  sandboxes: SandboxStore;
  tails: OutputTails;
  maxBulkJobs: number;
  offers: () => readonly LiveOffer[];
  standingOf: StandingOf;
  /** Rings for pilots whose jobs are told something. */
  ring: (pilotIds: Iterable<number>) => void;
  /** Hears of every committed change. */
  changed: (applied: Applied & { more?: boolean }) => Promise<void>;
}

export function jobDoors(doors: Doors, parts: JobParts): void {
  const { database, sandboxes, tails } = parts;
  const db = database.read;
  const submit = createSubmit(parts);

  doors.answer(contract.submitJobs, {
    may: submitsJobs,
    does: ({ body }, caller) => submit({ submission: mayBeSubmittedBy(caller, body), caller }),
  });
  doors.answer(contract.searchJobs, { may: readsJobs, does: ({ body }, caller) => searchJobs(db, body, caller) });
  doors.answer(contract.countJobs, {
    may: readsJobs,
    does: async ({ body }, caller) => ({ counts: await countJobs(db, body.groupBy, body.where ?? [], caller) }),
  });
  doors.answer(contract.listGroups, {
    may: readsJobs,
    does: async ({ query }, caller) => ({ groups: await listGroups(db, query.limit ?? 30, caller) }),
  });

  const doTo =
    (act: Act, name: contract.AuditAct) =>
    ({ body }: { body: contract.Selection }, caller: Caller): Promise<contract.ActResult> =>
      actOnJobs(database, body, act, name, caller, async (applied, pilotIds) => {
        await parts.changed(applied);
        parts.ring(pilotIds);
      });
  doors.answer(contract.killJobs, { may: actsOnJobs, does: doTo(kill, 'kill') });
  doors.answer(contract.rescheduleJobs, { may: actsOnJobs, does: doTo(reschedule, 'reschedule') });
  doors.answer(contract.deleteJobs, { may: actsOnJobs, does: doTo(remove, 'delete') });

  doors.answer(contract.getJob, {
    may: readsJobs,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      const [description, outputs, attempts] = await Promise.all([
        readDescription(db, row.description_id),
        readOutputs(db, row.job_id),
        readAttempts(db, row.job_id),
      ]);
      return { ...toJob(row), description, outputs, attempts };
    },
  });
  doors.answer(contract.getJobLog, {
    may: readsJobs,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return { entries: await readLog(db, row.job_id) };
    },
  });
  doors.answer(contract.peekJob, {
    may: readsJobs,
    does: async ({ params, query }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return peekJob(db, row, query.stream ?? 'stdout', query.from ?? 0, tails, sandboxes);
    },
  });
  doors.answer(contract.whyJob, {
    may: readsJobs,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return (await whySuspended(db, row, caller)) ?? why(db, row, parts.offers(), parts.standingOf);
    },
  });
  doors.giveBytes(contract.getInputFile, {
    may: readsJobFiles,
    does: async ({ params, query }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      const { inputSandbox = [] } = await readDescription(db, row.description_id);
      return giveFile(inputSandbox, query.path, row.job_id, 'input', sandboxes);
    },
  });
  doors.giveBytes(contract.getOutputFile, {
    may: readsJobs,
    does: async ({ params, query }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return giveFile(await readOutputs(db, row.job_id), query.path, row.job_id, 'output', sandboxes);
    },
  });
}

/** Single submissions that come together share a commit; a bulk is a commit of its own, whatever else comes. */
function createSubmit({ database, maxBulkJobs, changed }: JobParts): (asked: Asked) => Promise<contract.Submitted> {
  const together = groupCommit<Asked, SubmittedInQueue>(database, submitTogether);
  const alone = async (asked: Asked): Promise<SubmittedInQueue> => {
    const [submitted] = await database.transaction((tx, nowMs) => submitTogether(tx, [asked], nowMs));
    if (submitted === undefined || submitted instanceof Error) throw submitted ?? new Error('a submission was not answered');
    return submitted;
  };

  return async (asked) => {
    checkSubmission(asked.submission, maxBulkJobs);
    const submitOnce = asked.submission.parameters === undefined ? together : alone;
    const submitted = await submitOnce(asked).catch((error: unknown) => {
      // The same idempotency key at the same moment on another server: it is there now, and the repetition finds it.
      if (isUniqueViolation(error) && asked.submission.idempotencyKey !== undefined) return submitOnce(asked);
      throw error;
    });
    const { taskQueueId, rows, ...answer } = submitted;
    if (taskQueueId !== undefined) {
      await changed({ rows, more: rows.length < answer.jobIds.length, queueDeltas: new Map([[taskQueueId, answer.jobIds.length]]) });
    }
    return answer;
  };
}

/** Only a robot says for whom it submits: anybody else could blame another. */
function mayBeSubmittedBy(caller: Caller, submission: contract.Submission): contract.Submission {
  if (submission.onBehalfOf === undefined || submitsForEndUsers(caller)) return submission;
  throw new ContractError('NotAllowed', `${caller.owner} may not submit for an end user; nothing was submitted.`, {
    next: 'Leave "onBehalfOf" out; it is for robots that the registry gives this right.',
  });
}

async function giveFile(
  files: readonly contract.SandboxFile[],
  path: string,
  jobId: number,
  kind: 'input' | 'output',
  sandboxes: SandboxStore,
): Promise<BytesOut> {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    throw new ContractError('NotFound', `Job ${jobId} has no ${kind} file ${path}.`, {
      next: `GET /api/jobs/${jobId} lists its files.`,
      ids: { jobId },
    });
  }
  return { ...(await sandboxes.give(file.digest)), fileName: path.split('/').at(-1) ?? path };
}
