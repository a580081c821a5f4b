import { inputsOfJdl } from './jdl-spec';
import type { Input, JobDescription, JobSpec, SandboxFile } from './types';
import { toMegabytes, toSeconds } from './units';

/** Where the text of `{ script }` lies in the job's directory. */
export const scriptName = 'script.sh';

/** Every field of a spec, so that a misspelt one is named instead of ignored (the compiler sees literals only). */
const fields: Record<keyof JobSpec, true> = {
  run: true, script: true, arguments: true, description: true, jdl: true, inputs: true, outputs: true, cpu: true, wall: true, memory: true,
  processors: true, gpus: true, gpuMemory: true,
  name: true, group: true, type: true, tags: true, sites: true, bannedSites: true, platforms: true, env: true, priority: true,
  retries: true, retryOn: true, force: true, key: true,
}; // prettier-ignore

export function toSpec(job: string | JobSpec): JobSpec {
  if (typeof job === 'string') return { run: job };
  const unknown = Object.keys(job).filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) throw new TypeError(`A job has no field "${unknown.join('", "')}"; there are ${Object.keys(fields).join(', ')}.`);
  const ways = [job.run, job.script, job.description, job.jdl].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new TypeError('A job needs one of "run" (a command), "script" (the text of one), "description" and "jdl".');
  if (job.arguments !== undefined && job.script === undefined)
    throw new TypeError('"arguments" belongs to "script"; write those of a command into "run".');
  if (Array.isArray(job.run) && (job.run[0] ?? '') === '') throw new TypeError('"run" as a list begins with the program.');
  const beside = job.jdl === undefined ? [] : Object.keys(job).filter((name) => !['jdl', 'inputs', 'key'].includes(name));
  if (beside.length > 0)
    throw new TypeError(`Beside "jdl" only "inputs" and "key" can stand; write "${beside.join('", "')}" into the JDL.`);
  return job;
}

/** All inputs of a spec; the text of a script is one of them. */
export function inputsOf(spec: JobSpec): Input[] {
  const inputs = spec.inputs ?? [];
  if (spec.jdl !== undefined) return [...inputs, ...inputsOfJdl(spec.jdl, inputs)];
  return spec.script === undefined ? inputs : [...inputs, { name: scriptName, text: spec.script, executable: true }];
}

/** What the server is asked to run. Pure: the input files were read and hashed before. */
export function describe(spec: JobSpec, inputSandbox: SandboxFile[], group: string | undefined): JobDescription {
  const given = spec.description ?? {};
  return compact({
    ...given,
    ...commandOf(spec),
    ...needsOf(spec),
    ...(group === undefined ? {} : { jobGroup: group }),
    inputSandbox: inputSandbox.length === 0 ? given.inputSandbox : [...(given.inputSandbox ?? []), ...inputSandbox],
  });
}

function commandOf(spec: JobSpec): JobDescription {
  if (typeof spec.run === 'string') return { executable: '/bin/sh', arguments: ['-c', spec.run] };
  if (spec.run !== undefined) {
    const [executable = '', ...words] = spec.run.map(String);
    return { executable, arguments: words };
  }
  if (spec.script === undefined) return {};
  const extra = (spec.arguments ?? []).map(String);
  return spec.script.startsWith('#!')
    ? { executable: scriptName, arguments: extra }
    : { executable: '/bin/sh', arguments: [scriptName, ...extra] };
}

function needsOf(spec: JobSpec): JobDescription {
  return compact({
    jobName: spec.name,
    jobGroup: spec.group,
    jobType: spec.type,
    outputSandbox: spec.outputs,
    environment: spec.env,
    cpuTimeS: spec.cpu === undefined ? undefined : Math.ceil(toSeconds(spec.cpu, 'cpu')),
    wallTimeS: spec.wall === undefined ? undefined : Math.ceil(toSeconds(spec.wall, 'wall')),
    minRamMB: spec.memory === undefined ? undefined : toMegabytes(spec.memory, 'memory'),
    numberOfProcessors: spec.processors,
    numberOfGpus: spec.gpus,
    gpuRamMB: spec.gpuMemory === undefined ? undefined : toMegabytes(spec.gpuMemory, 'gpuMemory'),
    sites: spec.sites,
    bannedSites: spec.bannedSites,
    platforms: spec.platforms,
    tags: spec.tags,
    priority: spec.priority,
    retries: spec.retries,
    retryOn: spec.retryOn,
  });
}

function compact(description: JobDescription): JobDescription {
  return Object.fromEntries(Object.entries(description).filter(([, value]) => value !== undefined));
}
