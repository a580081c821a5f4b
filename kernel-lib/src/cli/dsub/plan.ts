import {
  type Attributes,
  fromAttributes,
  type JdlAttribute,
  type JdlJob,
  type JobDescription,
  looksLikePercent,
  mapTexts,
  mergeAttributes,
  type Parameters,
  readArguments,
  sayPlace,
  textOf,
} from '@diraclab/contract';
import { basename } from 'node:path';
import { type LocalFile, readInputs } from '../../inputs';
import type { Input } from '../../types';
import { usageError } from '../exit-codes';
import type { Io } from '../io';
import { say } from '../text/printable';
import { findProgram, type Program, runBy } from './executable';
import { findInputs, type LocalInput } from './local-files';
import { directivesOf } from './script';
import { jdlAttributes, jdlFile, optionAttributes, type Options, stdinScript } from './sources';
import { checkNames } from './unknown';
import { stepsInstead } from './workflow';

/** What is to be submitted, before anything is sent. */
export interface Plan {
  description: JobDescription;
  parameters: Parameters[] | undefined;
  files: readonly LocalFile[];
  attributes: Attributes;
}

const stdinName = 'stdin.sh';
/** The contract's limit for one call; a server may set a lower one. */
const mostJobs = 1_000_000;

/** Options win over the script, the script over the JDL. Reads and hashes local files; talks to no server. */
export async function makePlan(options: Options, args: readonly string[], io: Io): Promise<Plan> {
  const [first, ...rest] = args;
  const isJdl = options.JDL === undefined && (await jdlFile(first, io));
  const [command, given] = isJdl ? [undefined, rest] : [first, rest];
  const fromJdl = await jdlAttributes(isJdl ? first : options.JDL, io);
  const fromOptions = optionAttributes(options);
  const inJdl = mergeAttributes(fromJdl);
  checkNames(inJdl, io);
  const program = await programOf(command, inJdl, options, io);
  const directives = program.script === undefined ? [] : directivesOf(program.script);
  const said = mergeAttributes(fromJdl, directives, fromOptions);
  checkNames(mergeAttributes(directives), io);

  const own = given[0] === '--' ? given.slice(1) : given;
  if (own === given) noteOwnOptions(own, io);
  if (said.has('LogLevel')) io.note(say`dsub: LogLevel has no effect here.`);
  const named = program.jobName === undefined ? [] : [attribute('JobName', [program.jobName])];
  const attributes = mergeAttributes(named, fromJdl, directives, fromOptions, commandOf(program, own, said, io));
  const job = fromAttributes(attributes, mostJobs);
  if (job.parameters !== undefined) noteUnknown(job.description, io);
  return complete(job, program, io);
}

/** With the steps of a workflow instead of its runner, and the files that are to be sent. */
async function complete(job: JdlJob, program: Found, io: Io): Promise<Plan> {
  const found = await findInputs(job.localFiles, io.cwd);
  const { description, inputs } = await stepsInstead(job.description, found);
  refuseOtherFile(inputs, program);
  const files = await readFiles([
    ...inputs.filter(({ as }) => as !== program.upload?.as).map(({ path, as }) => ({ path, as })),
    ...(program.upload === undefined ? [] : [{ ...program.upload, executable: true }]),
    ...(program.text === undefined ? [] : [{ name: stdinName, text: program.text, executable: true }]),
  ]);
  const kept = description.inputSandbox ?? [];
  const twice = files.find(({ file }) => kept.some(({ path }) => path === file.path));
  if (twice !== undefined) throw usageError(`InputSandbox: two files would both become "${twice.file.path}".`, 'Take one of them out.');
  const inputSandbox = [...kept, ...files.map(({ file }) => file)];
  const { parameters, attributes } = job;
  return { description: { ...description, ...(inputSandbox.length === 0 ? {} : { inputSandbox }) }, parameters, files, attributes };
}

const attribute = (name: string, texts: readonly string[]): JdlAttribute => {
  const items = texts.map((text) => ({ kind: 'text' as const, text, quoted: true }));
  return { name, value: { kind: 'list', items }, place: { name: 'the command line' } };
};

/** The program and its arguments as attributes, so that parameters are filled into them as into all others. */
function commandOf(program: Found, given: readonly string[], said: Attributes, io: Io): JdlAttribute[] {
  if (program.executable === undefined) return [];
  const words = [...program.arguments, ...(given.length > 0 ? given : jdlArguments(said, io))];
  return [attribute('Executable', [program.executable]), ...(words.length === 0 ? [] : [attribute('Arguments', words)])];
}

function noteUnknown(description: JobDescription, io: Io): void {
  const found = new Set<string>();
  mapTexts(description, (text) => {
    for (const [whole] of text.matchAll(/%(?:\(\w+\)s|[sn])/g)) if (looksLikePercent(whole, true)) found.add(whole);
    return text;
  });
  for (const whole of found) io.note(say`dsub: ${whole} stands for no parameter of these jobs and stays as it is.`);
}

/** What goes wrong there is a file that cannot be read: the user's to mend, and the message names it. */
async function readFiles(inputs: readonly Input[]): Promise<LocalFile[]> {
  return readInputs(inputs).catch((error: Error) => {
    throw usageError(error.message);
  });
}

type Found = Omit<Program, 'executable'> & { executable?: string; jobName?: string; text?: string };

async function programOf(command: string | undefined, fromJdl: Attributes, options: Options, io: Io): Promise<Found> {
  const inJdl = fromJdl.get('Executable');
  const executable = command ?? (inJdl && textOf(inJdl));
  if (executable === undefined && fromJdl.has('Steps')) return { arguments: [] };
  if (executable !== undefined && executable !== '-') {
    const program = await findProgram(executable, io.cwd, options.ForceExecUpload === true);
    return program.upload === undefined ? program : { ...program, jobName: basename(executable) };
  }
  const script = await stdinScript(io);
  return { ...runBy(script, stdinName), script, text: script.text, jobName: 'STDIN' };
}

/** The executable is in the InputSandbox too, as DIRAC's own JDL has it: the same file once. Another of that name would be lost. */
function refuseOtherFile(inputs: readonly LocalInput[], { upload }: Found): void {
  const other = inputs.find(({ as, path }) => as === upload?.as && path !== upload.path);
  if (other !== undefined && upload !== undefined)
    throw usageError(`InputSandbox: ${other.path} and the executable ${upload.path} have the same name.`, 'Rename one of them.');
}

function jdlArguments(attributes: Attributes, io: Io): string[] {
  const found = attributes.get('Arguments');
  if (found === undefined) return [];
  const words = readArguments(found);
  if (words.some((word) => /[$`|<>&]/.test(word)))
    io.note(say`dsub: ${sayPlace(found.place)}: Arguments do not pass through a shell: $ ${'`'} | < > & stay as they are.`);
  return words;
}

const ownOption =
  /^(?:-[JNEOv]|--(?:JDL|JobName|StdError|StdOutput|(?:Out|In)putSandbox|CPUTime|Site|BannedSite|Platform|Priority|JobGroup|Parametric)(?:=.*)?)$/;

/** DIRAC takes its options anywhere; here what follows the executable is the executable's. Said, so that it surprises nobody. */
function noteOwnOptions(words: readonly string[], io: Io): void {
  const word = words.find((word) => ownOption.test(word));
  if (word !== undefined) io.note(say`dsub: ${word} stands after the executable and goes to it; options of dsub stand before it.`);
}
