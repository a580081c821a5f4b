import { ContractError } from '@diraclab/contract';
import * as contract from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import type { BytesOut, Doors } from '../http/answer.ts';
import type { Caller } from '../identity/caller.ts';
import { actsOnJobs, readsJobFiles, readsJobs, submitsForEndUsers, submitsJobs } from '../identity/policies.ts';
import type { SandboxStore } from '../sandboxes/sandbox-store.ts';
import { actOnJobs } from './act-on-jobs.ts';
import type { NamedAct } from './act-on-jobs.ts';
import type { Applied } from './apply-drafts.ts';
import { countJobs } from './count-jobs.ts';
import { describeJobKeys } from './describe-job-keys.ts';
import { expandDescription } from './expand-parameters.ts';
import type { Asked, SubmittedInQueue } from './insert-submissions.ts';
import { hold, kill, prioritise, release, remove, reschedule, restore } from './job-acts.ts';
import { listGroups } from './job-groups.ts';
import { noteParameters, readParameters } from './job-parameter-store.ts';
import { toJob } from './job-row.ts';
import { lockJobs, maySee, noSuchJob, readAttempts, readDescription, readJob, readLog, readOutputs } from './job-store.ts';
import { groupOf } from './new-job-rows.ts';
import type { OutputTails } from './output-tails.ts';
import { peekJob } from './peek-job.ts';
import { readSubmission } from './read-submission.ts';
import { conditionsOf, searchJobs } from './search-jobs.ts';
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

  doors.answer(contract.submitJobs, {
    may: submitsJobs,
    does: async ({ body }, caller) => {
      const submission = await readSubmission(parts, body, caller);
      return submit({ submission: mayBeSubmittedBy(caller, submission), caller });
    },
  });
  doors.answer(contract.searchJobs, { may: readsJobs, does: ({ body }, caller) => searchJobs(db, body, caller) });
  doors.answer(contract.countJobs, {
    may: readsJobs,
    does: async ({ body }, caller) => countJobs(db, body.groupBy, conditionsOf(body), caller),
  });
  doors.answer(contract.listGroups, {
    may: readsJobs,
    does: async ({ query }, caller) => ({ groups: await listGroups(db, query.limit ?? 30, caller) }),
  });
  doors.answer(contract.describeJobKeys, {
    may: readsJobs,
    does: async ({ query }, caller) => ({ keys: await describeJobKeys(db, query.jobGroup, caller) }),
  });

  const act = async (name: string, body: contract.ActBody, rule: NamedAct, caller: Caller): Promise<contract.ActResult> => {
    const { applied, outcome, pilotIds } = await actOnJobs(database, name, body, rule, caller);
    await parts.changed(applied);
    parts.ring(pilotIds);
    return outcome;
  };
  const plain = [
    [contract.killJobs, { act: 'kill', does: kill }],
    [contract.rescheduleJobs, { act: 'reschedule', does: reschedule }],
    [contract.deleteJobs, { act: 'delete', does: remove }],
    [contract.restoreJobs, { act: 'restore', does: restore }],
    [contract.holdJobs, { act: 'hold', does: hold }],
    [contract.releaseJobs, { act: 'release', does: release }],
  ] as const;
  for (const [route, rule] of plain) {
    doors.answer(route, { may: actsOnJobs, does: ({ body }, caller) => act(route.name, body, rule, caller) });
  }
  doors.answer(contract.prioritiseJobs, {
    may: actsOnJobs,
    does: ({ body: { priority, ...body } }, caller) =>
      act(`prioritise to ${priority}`, body, { act: 'prioritise', does: prioritise(priority) }, caller),
  });

  doors.answer(contract.getJob, {
    may: readsJobs,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      const [description, outputs, attempts, jobParameters] = await Promise.all([
        readDescription(db, row.description_id),
        readOutputs(db, row.job_id),
        readAttempts(db, row.job_id),
        readParameters(db, row.job_id, row.attempt),
      ]);
      return { ...toJob(row), description, outputs, attempts, jobParameters, killedBy: row.killed_by };
    },
  });
  doors.answer(contract.getJobJdl, {
    may: readsJobs,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      const { parameters } = toJob(row);
      const description = expandDescription(await readDescription(db, row.description_id), parameters ?? undefined, row.parameter_index);
      return { jdl: contract.toJDL(description), description };
    },
  });
  doors.answer(contract.setJobParameters, {
    may: actsOnJobs,
    does: ({ params: { jobId }, body: { parameters } }, caller) =>
      database.transaction(async (tx, nowMs) => {
        const [row] = await lockJobs(tx, [jobId]);
        if (row === undefined || !maySee(caller, row)) throw noSuchJob(jobId);
        if (await noteParameters(tx, [{ jobId, attempt: row.attempt, parameters }], nowMs)) return {};
        throw new ContractError('TooLarge', `Job ${jobId} would have more than ${contract.mostJobParameters} parameters; none was noted.`, {
          next: 'Use names that are there, or put the facts into an output file.',
          ids: { jobId },
        });
      }),
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
