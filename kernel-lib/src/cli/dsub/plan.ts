import type { JobDescription } from '@diraclab/contract';
import { basename } from 'node:path';
import { type LocalFile, readInputs } from '../../inputs';
import type { Input } from '../../types';
import { usageError } from '../exit-codes';
import type { Io } from '../io';
import { readArguments } from '../jdl/arguments';
import { say } from '../text/printable';
import { type Attributes, listOf, mergeAttributes, textOf } from './attributes';
import { describe, translateTexts } from './describe';
import { findProgram, type Program, runBy } from './executable';
import { findInputs, type LocalInput } from './local-files';
import { parameterRows, type Rows } from './parametric';
import { directivesOf } from './script';
import { jdlAttributes, optionAttributes, type Options, stdinScript } from './sources';

/** What is to be submitted, before anything is sent. */
export interface Plan {
  description: JobDescription;
  parameters: Rows | undefined;
  files: readonly LocalFile[];
  attributes: Attributes;
}

const stdinName = 'stdin.sh';

/** Options win over the script, the script over the JDL. Reads and hashes local files; talks to no server. */
export async function makePlan(options: Options, args: readonly string[], io: Io): Promise<Plan> {
  const [command, ...given] = args;
  const fromJdl = await jdlAttributes(options.JDL, io);
  const fromOptions = optionAttributes(options);
  const executable = command ?? textOf(mergeAttributes(fromJdl), 'Executable');
  const program = await programOf(executable, options, io);
  const attributes = mergeAttributes(fromJdl, program.script === undefined ? [] : directivesOf(program.script), fromOptions);

  const inputs = await findInputs(listOf(attributes, 'InputSandbox') ?? [], io.cwd);
  const files = await readFiles([
    ...inputs.filter(({ as }) => as !== program.upload?.as).map(({ path, as }) => ({ path, as })),
    ...(program.upload === undefined ? [] : [{ ...program.upload, executable: true }]),
    ...(program.text === undefined ? [] : [{ name: stdinName, text: program.text, executable: true }]),
  ]);
  refuseOtherFile(inputs, program);

  const own = given[0] === '--' ? given.slice(1) : given;
  if (own === given) noteOwnOptions(own, io);
  if (attributes.has('LogLevel')) io.note(say`dsub: LogLevel has no effect here.`);
  const description: JobDescription = {
    ...(program.jobName === undefined ? {} : { jobName: program.jobName }),
    ...describe(attributes),
    executable: program.executable,
    ...argumentsOf(program, own, attributes, io),
    ...(files.length === 0 ? {} : { inputSandbox: files.map(({ file }) => file) }),
  };
  const parameters = parameterRows(attributes);
  if (parameters === undefined) return { description, parameters, files, attributes };
  const unknown = (name: string) => io.note(say`dsub: ${name} stands for no parameter of these jobs and stays as it is.`);
  return { description: translateTexts(description, new Set(Object.keys(parameters[0] ?? {})), unknown), parameters, files, attributes };
}

/** What goes wrong there is a file that cannot be read: the user's to mend, and the message names it. */
async function readFiles(inputs: readonly Input[]): Promise<LocalFile[]> {
  return readInputs(inputs).catch((error: Error) => {
    throw usageError(error.message);
  });
}

type Found = Program & { jobName?: string; text?: string };

async function programOf(executable: string | undefined, options: Options, io: Io): Promise<Found> {
  if (executable !== undefined && executable !== '-') {
    const program = await findProgram(executable, io.cwd, options.ForceExecUpload === true);
    return program.upload === undefined ? program : { ...program, jobName: basename(executable) };
  }
  const script = await stdinScript(io);
  return { ...runBy(script, stdinName), script, text: script.text, jobName: 'STDIN' };
}

/** The executable is in the InputSandbox too, as DIRAC's own JDL has it: the same file once. Another of that name would be lost. */
function refuseOtherFile(inputs: readonly LocalInput[], { upload }: Program): void {
  const other = inputs.find(({ as, path }) => as === upload?.as && path !== upload.path);
  if (other !== undefined && upload !== undefined)
    throw usageError(`InputSandbox: ${other.path} and the executable ${upload.path} have the same name.`, 'Rename one of them.');
}

function argumentsOf(program: Program, given: readonly string[], attributes: Attributes, io: Io): { arguments?: string[] } {
  const words = [...program.arguments, ...(given.length > 0 ? given : jdlArguments(attributes, io))];
  return words.length === 0 ? {} : { arguments: words };
}

function jdlArguments(attributes: Attributes, io: Io): string[] {
  const text = textOf(attributes, 'Arguments');
  if (text === undefined) return [];
  const where = attributes.get('Arguments')?.where ?? 'Arguments';
  if (/[$`|<>&]/.test(text)) io.note(say`dsub: ${where}: Arguments do not pass through a shell: $ ${'`'} | < > & stay as they are.`);
  if (text.includes('%j')) io.note(say`dsub: ${where}: %j stays as it is; a job finds its id in the environment variable JOBID.`);
  return readArguments(text, where);
}

const ownOption =
  /^(?:-[JNEOv]|--(?:JDL|JobName|StdError|StdOutput|(?:Out|In)putSandbox|CPUTime|Site|BannedSite|Platform|Priority|JobGroup|Parametric)(?:=.*)?)$/;

/** DIRAC takes its options anywhere; here what follows the executable is the executable's. Said, so that it surprises nobody. */
function noteOwnOptions(words: readonly string[], io: Io): void {
  const word = words.find((word) => ownOption.test(word));
  if (word !== undefined) io.note(say`dsub: ${word} stands after the executable and goes to it; options of dsub stand before it.`);
}
