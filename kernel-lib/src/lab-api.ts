import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { showGroupCard, showJobCard } from './cards';
import { parametersOfJdl } from './jdl-spec';
import { JobGroup } from './job-group';
import { JobHandle } from './job-handle';
import { allPages, listJobs, toJobQuery } from './search';
import type { Session } from './session';
import { submit } from './submit';
import type * as Public from './types';
import { usage } from './usage';
import { previewText, readableAs } from './why-text';

/** The door of the library; the session is made when it is first needed, so that importing costs and opens nothing. */
export function createDiracLab(session: () => Session): Public.DiracLab {
  return {
    async submit(job) {
      const rows = typeof job === 'string' || job.jdl === undefined ? undefined : parametersOfJdl(job.jdl);
      if (rows !== undefined) throw new TypeError(`The JDL has Parameters for ${rows.length} jobs: dirac.map({ jdl }) submits them.`);
      const { jobIds, repeated, warnings } = await submit(await session().client(), job);
      warnings.forEach((warning) => console.warn(warning));
      const jobId = jobIds[0] as number;
      if (repeated) tellRepeated([jobId], typeof job === 'string' ? undefined : job.key);
      await showJobCard(session(), jobId);
      return new JobHandle(session(), jobId);
    },

    map: (async (rows: readonly Public.Parameters[] | Public.JobSpec, spec?: string | Public.JobSpec, options?: Public.MapOptions) =>
      Array.isArray(rows)
        ? map(session(), rows as readonly Public.Parameters[], spec ?? '', options)
        : mapJdl(session(), rows as Public.JobSpec & { jdl: string })) as Public.DiracLab['map'],

    async preview(job, parameters) {
      const extras = parameters === undefined ? { dryRun: true } : { dryRun: true, parameters };
      const { fits, warnings, dryRun } = await submit(await session().client(), job, extras);
      const preview: Public.Preview = { jobs: dryRun?.jobs ?? 0, fits, warnings, typicalWait: dryRun?.typicalWait ?? null };
      return readableAs(preview, previewText(preview));
    },

    jobs: (query = {}) => listJobs(session(), toJobQuery(query)),
    open: ((what: number | string) => open(session(), what)) as Public.DiracLab['open'],
    usage: (query = {}) => usage(session(), query),
    whoami: () => session().whoami(),
  };
}

async function map(
  session: Session,
  parameters: readonly Public.Parameters[],
  spec: string | Public.JobSpec,
  { name, key }: Public.MapOptions = {},
): Promise<Public.JobGroup> {
  if (parameters.length === 0) throw new RangeError('map: there are no parameters, so there is no job to submit.');
  refuseWrongRows(parameters);
  const given: Public.JobSpec = typeof spec === 'string' ? { run: spec } : spec;
  // The same key must send the same submission, so a made-up name comes from the key where there is one. A JDL names its group itself.
  const madeUp = given.jdl === undefined ? (key ?? `map-${randomBytes(4).toString('hex')}`) : undefined;
  const group = name ?? given.group ?? madeUp;
  const { jobIds, jobGroup, repeated, warnings } = await submit(await session.client(), given, { parameters, group, key });
  warnings.forEach((warning) => console.warn(warning));
  if (repeated) tellRepeated(jobIds, key ?? given.key);
  await showGroupCard(session, jobGroup, jobIds);
  return new JobGroup(session, jobGroup, jobIds.map((jobId, index) => ({ jobId, params: parameters[index] ?? {} }))); // prettier-ignore
}

/** The jobs of a JDL: the server makes its rows, and the same ones are made here to give each result its parameters. */
async function mapJdl(session: Session, spec: Public.JobSpec & { jdl: string }): Promise<Public.JobGroup> {
  const rows = parametersOfJdl(spec.jdl) ?? [{}];
  const { jobIds, jobGroup, repeated, warnings } = await submit(await session.client(), spec);
  warnings.forEach((warning) => console.warn(warning));
  if (repeated) tellRepeated(jobIds, spec.key);
  await showGroupCard(session, jobGroup, jobIds);
  return new JobGroup(session, jobGroup, jobIds.map((jobId, index) => ({ jobId, params: rows[index] ?? {} }))); // prettier-ignore
}

async function open(session: Session, what: number | string): Promise<Public.JobHandle | Public.JobGroup> {
  const text = String(what);
  if (text.startsWith('group/')) return openGroup(session, text.slice('group/'.length));
  const [, digits] = /^(?:job\/)?(\d+)$/.exec(text) ?? [];
  if (digits === undefined) throw new TypeError(`open: "${text}" is neither a job id (881, 'job/881') nor a group ('group/fit-scan').`);
  const handle = new JobHandle(session, Number(digits));
  await handle.details(); // Says now, not at first use, that there is no such job.
  await showJobCard(session, handle.id);
  return handle;
}

async function openGroup(session: Session, name: string): Promise<Public.JobGroup> {
  const rows = await allPages(session, {
    where: [{ field: 'jobGroup', operator: 'eq', values: [name] }],
    sort: { field: 'jobId', direction: 'asc' },
  });
  if (rows.length === 0) throw new Error(`There is no group "${name}" with jobs of yours. List yours with dirac.jobs({ limit: 20 }).`);
  const jobIds = rows.map(({ jobId }) => jobId);
  await showGroupCard(session, name, jobIds);
  return new JobGroup(session, name, rows.map(({ jobId, parameters }) => ({ jobId, params: parameters ?? {} }))); // prettier-ignore
}

/** The compiler lets numbers and lists through, and JSON would make null of NaN: said here, with the row. */
function refuseWrongRows(rows: readonly unknown[]): void {
  rows.forEach((row, index) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new TypeError(
        `map: row ${index} is ${inspect(row)}, but must be an object such as { seed: 1 }: its names stand for the values.`,
      );
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) continue;
      throw new TypeError(`map: "${name}" of row ${index} is ${inspect(value)}, but must be a text, a finite number, true or false.`);
    }
  });
}

/** A repeated key is what was asked for, but silence about it would look like a new submission. */
function tellRepeated(jobIds: readonly number[], key: string | undefined): void {
  if (key === undefined) return; // Sent again by ourselves after a lost answer.
  const which = jobIds.length === 1 ? `job ${jobIds[0]}` : `${jobIds.length} jobs, ${jobIds[0]} to ${jobIds.at(-1)}`;
  console.info(`Submitted before with the key "${key}": these are the same ${which}. Change the key to submit again.`);
}
