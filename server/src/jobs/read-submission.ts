import {
  attributeOfField,
  ContractError,
  fromJDL,
  JdlError,
  JobDescription,
  textOf,
  withSteps,
  runnerOf,
  stepsOfWorkflow,
} from '@diraclab/contract';
import type { JdlJob, SandboxFile, Submission, SubmissionBody } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import type { SandboxStore } from '../sandboxes/sandbox-store.ts';
import { holdUsableFiles } from './usable-files.ts';

const jdlName = 'JDL';
/** Longest value of a parameter, as in our own form. */
const mostCharacters = 100_000;
const mostWorkflowBytes = 2_000_000;

/** The submission in our form. JDL is read, its files are those sent with it, and a workflow of DIRAC's Python client becomes steps. */
export async function readSubmission(
  { database, sandboxes, maxBulkJobs: mostJobs }: { database: Database; sandboxes: SandboxStore; maxBulkJobs: number },
  body: SubmissionBody,
  caller: Caller,
): Promise<Submission> {
  const { description, jdl, inputSandbox = [], parameters, ...rest } = body;
  if (description !== undefined) return { description, parameters, ...rest };
  const job = fromJDL(jdl ?? '', { name: jdlName, mostJobs });
  checkOwner(job, caller);
  checkRows(job, parameters !== undefined);
  const files = [...(job.description.inputSandbox ?? []), ...findFiles(job.localFiles, inputSandbox)];
  const withFiles = files.length === 0 ? job.description : { ...job.description, inputSandbox: files };
  const readFile = (digest: string): Promise<Buffer> => readUsableFile(database, sandboxes, caller, digest);
  return { description: checked(await stepsInstead(withFiles, readFile), job), parameters: job.parameters ?? parameters, ...rest };
}

/** A JDL may say whose the job is; the server decides that, so it must say the same. */
function checkOwner({ attributes }: JdlJob, caller: Caller): void {
  for (const [name, mine] of [['Owner', caller.owner], ['OwnerGroup', caller.ownerGroup], ['VirtualOrganization', caller.vo]] as const) {
    const attribute = attributes.get(name);
    if (attribute === undefined || textOf(attribute) === mine) continue;
    throw new JdlError(attribute.place, `Wrong ${name} in JDL: it says "${textOf(attribute)}", but you are "${mine}"`, `Take ${name} out; the server knows it.`);
  } // prettier-ignore
}

function checkRows({ parameters = [] }: JdlJob, hasOthers: boolean): void {
  if (hasOthers && parameters.length > 0)
    throw new ContractError('BadRequest', 'The JDL has Parameters of its own, and the call has "parameters".', {
      next: 'Leave one of them out.',
    });
  const index = parameters.findIndex((row) =>
    Object.values(row).some((value) => typeof value === 'string' && value.length > mostCharacters),
  );
  if (index >= 0) throw new ContractError('BadRequest', `A parameter of job ${index} has more than ${mostCharacters} characters.`);
}

function findFiles(names: readonly string[], sent: readonly SandboxFile[]): SandboxFile[] {
  return names.map((name) => {
    const file = sent.find(({ path }) => path === name || path === name.split('/').at(-1));
    if (file !== undefined) return file;
    const isRemote = /^(?:LFN|SB):/i.test(name);
    throw new ContractError('BadRequest', `The InputSandbox names ${name}, ${isRemote ? 'which needs the data side that this server does not have yet' : 'and the call does not say which bytes that is'}.`, {
      next: 'Upload the file with PUT /api/sandbox-files/<sha256> and name it in "inputSandbox"; dsub and the notebook library do.',
    }); // prettier-ignore
  });
}

/** As a job could: a file of another, named by its digest, is as if it were not there. */
async function readUsableFile(database: Database, sandboxes: SandboxStore, caller: Caller, digest: string): Promise<Buffer> {
  const usable = await database.transaction((tx) => holdUsableFiles(tx, caller, [digest]));
  if (!usable.has(digest)) throw new ContractError('NotFound', `There is no file with the sha256 ${digest}.`);
  return sandboxes.read(digest, 0, mostWorkflowBytes);
}

async function stepsInstead(description: JobDescription, readFile: (digest: string) => Promise<Buffer>): Promise<JobDescription> {
  const runner = runnerOf(description, jdlName);
  if (runner === undefined) return description;
  const file = description.inputSandbox?.find(({ path }) => path === runner.file);
  if (file === undefined) throw new JdlError({ name: jdlName }, `dirac-jobexec is to run ${runner.file}, which is not in the InputSandbox`);
  if (file.sizeBytes > mostWorkflowBytes)
    throw new JdlError({ name: runner.file }, `the workflow is larger than ${mostWorkflowBytes} bytes`);
  const bytes = await readFile(file.digest).catch((cause: unknown) => {
    if (!(cause instanceof ContractError) || cause.code !== 'NotFound') throw cause;
    throw new ContractError('MissingSandboxFile', `The input file ${file.path} (sha256 ${file.digest}) was not uploaded.`, {
      next: 'Upload it with PUT /api/sandbox-files/<sha256>, then submit again.',
      cause,
    });
  });
  return withSteps(description, runner, stepsOfWorkflow(bytes.toString('utf8'), runner));
}

/** By the schema of our form; what it says of a field is said of the attribute, with its place. */
function checked(description: JobDescription, { attributes }: JdlJob): JobDescription {
  const parsed = JobDescription.safeParse(description);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [field = '', ...inner] = (issue?.path ?? []).map(String);
  const name = attributeOfField(field) ?? inner[0] ?? field;
  const place = attributes.get(name)?.place ?? { name: jdlName };
  if (name === 'Executable' && !attributes.has(name) && !attributes.has('Steps')) throw new JdlError(place, 'Executable is missing');
  const where = inner.length === 0 ? name : `${name} (${[field, ...inner].join('.')})`;
  throw new JdlError(place, `${where}: ${issue?.message ?? 'is not valid'}`);
}
