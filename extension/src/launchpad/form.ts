import type { JobDescription, SandboxFile } from '@diraclab/contract';
import { fromMegabytes, fromSeconds, toMegabytes, toSeconds } from './units';

/** `steps` cannot be written in the form; they are edited as JSON and kept. */
export type Kind = 'command' | 'script' | 'program' | 'steps';

export interface Fields {
  jobName: string;
  jobGroup: string;
  kind: Kind;
  command: string;
  script: string;
  program: string;
  /** One a line: blanks and quotes belong to them. */
  programArguments: string;
  outputs: string;
  cpuTime: string;
  wallTime: string;
  memory: string;
  processors: string;
  tags: string;
  sites: string;
  environment: string;
}
export type FieldName = keyof Fields;

export interface Form {
  fields: Fields;
  inputs: SandboxFile[];
  /** What a description has and the form has no field for. */
  rest: JobDescription;
}

export type Problems = Partial<Record<FieldName | 'inputs' | 'sweep' | 'json', string>>;

export const emptyFields: Fields = {
  jobName: '', jobGroup: '', kind: 'command', command: '', script: '', program: '', programArguments: '', outputs: '', cpuTime: '', wallTime: '',
  memory: '', processors: '', tags: '', sites: '', environment: '',
}; // prettier-ignore

/** Where the text of a script lies in the job's directory, as in the notebook library. */
export const scriptPath = 'script.sh';

const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');
const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** The description that the form stands for; what cannot be read in a field is said of that field. */
export function compose(
  { fields, inputs, rest }: Form,
  script: SandboxFile | undefined,
): { description: JobDescription; problems: Problems } {
  const problems: Problems = {};
  const number = (name: 'cpuTime' | 'wallTime' | 'memory' | 'processors', read: (text: string) => number | undefined, hint: string) => {
    const text = fields[name].trim();
    if (text === '') return undefined;
    const value = read(text);
    if (value === undefined) problems[name] = `“${text.slice(0, 40)}” cannot be read; write ${hint}.`;
    return value;
  };
  const environment: Record<string, string> = {};
  for (const line of lines(fields.environment)) {
    const [, name, value = ''] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) problems.environment = `“${line.trim().slice(0, 40)}” is no NAME=value.`;
    else environment[name] = value;
  }
  const files = fields.kind === 'script' && script !== undefined ? [...inputs, script] : inputs;
  const all: { [Name in keyof JobDescription]: JobDescription[Name] | undefined } = {
    jobName: fields.jobName.trim() || undefined,
    jobGroup: fields.jobGroup.trim() || undefined,
    ...programOf(fields),
    inputSandbox: files.length === 0 ? undefined : files,
    outputSandbox: orNone(lines(fields.outputs).map((line) => line.trim())),
    environment: Object.keys(environment).length === 0 ? undefined : environment,
    cpuTimeS: number('cpuTime', toSeconds, '500s, 90m, 2h or 3d'),
    wallTimeS: number('wallTime', toSeconds, '500s, 90m, 2h or 3d'),
    minRamMB: number('memory', toMegabytes, '500MB or 2GiB'),
    numberOfProcessors: number('processors', (text) => (/^\d+$/.test(text) ? Number(text) : undefined), 'a whole number'),
    sites: orNone(words(fields.sites)),
    tags: orNone(words(fields.tags)),
  };
  const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { description: { ...said, ...rest }, problems };
}

const orNone = (values: string[]): string[] | undefined => (values.length === 0 ? undefined : values);

function programOf({ kind, command, script, program, programArguments }: Fields): JobDescription {
  switch (kind) {
    case 'steps':
      return {};
    case 'command':
      return command.trim() === '' ? {} : { executable: '/bin/sh', arguments: ['-c', command] };
    case 'script':
      if (script.trim() === '') return {};
      return script.startsWith('#!') ? { executable: scriptPath } : { executable: '/bin/sh', arguments: [scriptPath] };
    case 'program': {
      const values = programArguments === '' ? [] : programArguments.split(/\r?\n/);
      return { ...(program.trim() === '' ? {} : { executable: program.trim() }), ...(values.length === 0 ? {} : { arguments: values }) };
    }
  }
}

/** The form that stands for a description; whatever it has no field for is kept. */
export function decompose(description: JobDescription): Form {
  const { jobName = '', jobGroup = '', executable, arguments: args, inputSandbox = [], outputSandbox = [], environment = {}, cpuTimeS, wallTimeS, minRamMB, numberOfProcessors, sites = [], tags = [], ...rest } = description; // prettier-ignore
  const isCommand = executable === '/bin/sh' && args?.length === 2 && args[0] === '-c';
  // Arguments of several lines cannot be written one a line; such a description stays as it is, and is edited as JSON.
  const isPlain = args === undefined || args.every((one) => !/[\r\n]/.test(one));
  const kind: Kind =
    description.steps !== undefined || (!isCommand && !isPlain) ? 'steps' : isCommand || executable === undefined ? 'command' : 'program';
  const fields: Fields = {
    ...emptyFields,
    jobName,
    jobGroup,
    kind,
    command: isCommand ? (args[1] ?? '') : '',
    program: kind === 'program' ? (executable ?? '') : '',
    programArguments: kind === 'program' ? (args ?? []).join('\n') : '',
    outputs: outputSandbox.join('\n'),
    cpuTime: cpuTimeS === undefined ? '' : fromSeconds(cpuTimeS),
    wallTime: wallTimeS === undefined ? '' : fromSeconds(wallTimeS),
    memory: minRamMB === undefined ? '' : fromMegabytes(minRamMB),
    processors: numberOfProcessors === undefined ? '' : String(numberOfProcessors),
    tags: tags.join(' '),
    sites: sites.join(' '),
    environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`).join('\n'), // prettier-ignore
  };
  const kept =
    kind === 'steps' && executable !== undefined ? { ...rest, executable, ...(args === undefined ? {} : { arguments: args }) } : rest;
  return { fields, inputs: inputSandbox, rest: kept };
}
