import { ContractError } from '@diraclab/contract';
import * as contract from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import type { BytesOut, Doors } from '../http/answer.ts';
import { isUser, isUserOrPilot } from '../identity/caller.ts';
import type { Caller } from '../identity/caller.ts';
import type { SandboxStore } from '../sandboxes/sandbox-store.ts';
import { actOnJobs, kill, remove, reschedule } from './act-on-jobs.ts';
import type { Act } from './act-on-jobs.ts';
import type { Applied } from './apply-drafts.ts';
import type { Asked, SubmittedInQueue } from './insert-submissions.ts';
import { listGroups } from './job-groups.ts';
import { toJob } from './job-row.ts';
import { readAttempts, readDescription, readJob, readLog, readOutputs } from './job-store.ts';
import { groupOf } from './new-job-rows.ts';
import type { OutputTails } from './output-tails.ts';
import { peekJob } from './peek-job.ts';
import { countJobs, searchJobs } from './search-jobs.ts';
import { checkSubmission, submitTogether } from './submit-job.ts';
import type { FitCheck } from './submit-job.ts';

export interface JobParts {
  database: Database;
  sandboxes: SandboxStore;
  tails: OutputTails;
  maxBulkJobs: number;
  checkFit: (description: contract.JobDescription, caller: Caller) => FitCheck;
  typicalWait: (caller: Caller) => Promise<contract.TypicalWait | null>;
  /** Rings for pilots whose jobs are told something. */
  ring: (pilotIds: Iterable<number>) => void;
  /** Hears of every committed change. */
  changed: (applied: Applied & { more?: boolean }) => Promise<void>;
}

export function jobDoors(doors: Doors, parts: JobParts): void {
  const { database, sandboxes, tails } = parts;
  const db = database.read;
  const submit = createSubmit(parts);

  doors.answer(contract.submitJobs, { may: isUser, does: ({ body }, caller) => submit({ submission: body, caller }) });
  doors.answer(contract.searchJobs, { may: isUser, does: ({ body }, caller) => searchJobs(db, body, caller) });
  doors.answer(contract.countJobs, {
    may: isUser,
    does: async ({ body }, caller) => ({ counts: await countJobs(db, body.groupBy, body.where ?? [], caller) }),
  });
  doors.answer(contract.listGroups, {
    may: isUser,
    does: async ({ query }, caller) => ({ groups: await listGroups(db, query.limit ?? 30, caller) }),
  });

  const doTo =
    (act: Act) =>
    ({ body }: { body: contract.Selection }, caller: Caller): Promise<contract.ActResult> =>
      actOnJobs(database, body, act, caller, async (applied, pilotIds) => {
        await parts.changed(applied);
        parts.ring(pilotIds);
      });
  doors.answer(contract.killJobs, { may: isUser, does: doTo(kill) });
  doors.answer(contract.rescheduleJobs, { may: isUser, does: doTo(reschedule) });
  doors.answer(contract.deleteJobs, { may: isUser, does: doTo(remove) });

  doors.answer(contract.getJob, {
    may: isUser,
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
    may: isUser,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return { entries: await readLog(db, row.job_id) };
    },
  });
  doors.answer(contract.peekJob, {
    may: isUser,
    does: async ({ params, query }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return peekJob(db, row, query.stream ?? 'stdout', query.from ?? 0, tails, sandboxes);
    },
  });
  doors.giveBytes(contract.getInputFile, {
    may: isUserOrPilot,
    does: async ({ params, query }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      const { inputSandbox = [] } = await readDescription(db, row.description_id);
      return giveFile(inputSandbox, query.path, row.job_id, 'input', sandboxes);
    },
  });
  doors.giveBytes(contract.getOutputFile, {
    may: isUser,
    does: async ({ params, query }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return giveFile(await readOutputs(db, row.job_id), query.path, row.job_id, 'output', sandboxes);
    },
  });
}

/** Single submissions that come together share a commit; a bulk is a commit of its own, whatever else comes. */
function createSubmit({ database, maxBulkJobs, changed, checkFit, typicalWait }: JobParts): (asked: Asked) => Promise<contract.Submitted> {
  const together = groupCommit<Asked, SubmittedInQueue>(database, submitTogether);
  const alone = async (asked: Asked): Promise<SubmittedInQueue> => {
    const [submitted] = await database.transaction((tx, nowMs) => submitTogether(tx, [asked], nowMs));
    if (submitted === undefined || submitted instanceof Error) throw submitted ?? new Error('a submission was not answered');
    return submitted;
  };

  return async ({ submission, caller }) => {
    checkSubmission(submission, maxBulkJobs);
    const { description, parameters, force = false, dryRun = false } = submission;
    const { fits, warnings, refusal } = checkFit(description, caller);
    const refused = force ? undefined : refusal;
    if (dryRun) {
      if (refused !== undefined) throw refused;
      const wouldBe = { jobs: parameters?.length ?? 1, typicalWait: await typicalWait(caller) };
      return { jobIds: [], jobGroup: groupOf(description, parameters), repeated: false, fits, warnings: [...warnings], dryRun: wouldBe };
    }
    const asked: Asked = { submission, caller, refusal: refused };
    const submitOnce = parameters === undefined ? together : alone;
    const submitted = await submitOnce(asked).catch((error: unknown) => {
      // The same idempotency key at the same moment on another server: it is there now, and the repetition finds it.
      if (isUniqueViolation(error) && submission.idempotencyKey !== undefined) return submitOnce(asked);
      throw error;
    });
    const { taskQueueId, rows, ...answer } = submitted;
    if (taskQueueId !== undefined) {
      await changed({ rows, more: rows.length < answer.jobIds.length, queueDeltas: new Map([[taskQueueId, answer.jobIds.length]]) });
    }
    return { ...answer, fits, warnings: [...warnings] };
  };
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
