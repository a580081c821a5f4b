import { statSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import { splitArguments } from '@diraclab/contract';
import type { Input, JobDescription, JobSpec, Step } from './types';

/** DIRAC's answer to everything. */
export type Result<T> = { OK: true; Value: T } | { OK: false; Message: string; Errno: number };

export interface ExecutableOptions {
  /** One string is split as a shell does; a list is taken as it stands. */
  arguments?: string | readonly (string | number)[] | undefined;
  /** Where this step's output goes; without it, the job's standard output. */
  logFile?: string | undefined;
}

/**
 * DIRAC's builder of a job, so that its Python examples read line by line. Like there, a setter answers `{OK}` and never throws; what was
 * wrong is remembered and refuses the submission.
 */
export class Job {
  readonly #description: JobDescription = {};
  readonly #steps: Step[] = [];
  readonly #inputs: Input[] = [];
  readonly #mistakes: string[] = [];

  /** Adds a step. A relative name of a file here takes the file along; anything else is a command of the worker node. */
  setExecutable(executable: string, options?: ExecutableOptions | string, logFile?: string): Result<string> {
    return this.#try('setExecutable', () => {
      if (typeof executable !== 'string' || executable === '') throw new TypeError('the executable must be a name');
      const given = typeof options === 'string' ? { arguments: options, logFile } : { logFile, ...options };
      const words = typeof given.arguments === 'string' ? splitArguments(given.arguments) : given.arguments?.map(String);
      const local = isLocalFile(executable);
      if (local) this.#addInput({ path: executable, as: basename(executable), executable: true });
      this.#steps.push({
        executable: local ? basename(executable) : executable,
        ...(words === undefined || words.length === 0 ? {} : { arguments: words }),
        ...(given.logFile === undefined ? {} : { logFile: given.logFile }),
      });
    });
  }

  setName(name: string): Result<string> {
    return this.#set('setName', 'jobName', name);
  }
  setJobGroup(group: string): Result<string> {
    return this.#set('setJobGroup', 'jobGroup', group);
  }
  setType(type: string): Result<string> {
    return this.#set('setType', 'jobType', type);
  }
  /** CPU seconds. */
  setCPUTime(cpuTimeS: number): Result<string> {
    return this.#number('setCPUTime', 'cpuTimeS', cpuTimeS);
  }
  setNumberOfProcessors(processors: number): Result<string> {
    return this.#number('setNumberOfProcessors', 'numberOfProcessors', processors);
  }
  /** Megabytes. */
  setRAMRequirements(ramMB: number): Result<string> {
    return this.#number('setRAMRequirements', 'minRamMB', ramMB);
  }
  /** 0 (background) to 10. */
  setPriority(priority: number): Result<string> {
    return this.#number('setPriority', 'priority', priority);
  }
  setInputSandbox(files: string | readonly string[]): Result<string> {
    return this.#try('setInputSandbox', () => [files].flat().forEach((file) => this.#addInput(file)));
  }
  setOutputSandbox(files: string | readonly string[]): Result<string> {
    return this.#set('setOutputSandbox', 'outputSandbox', [...(this.#description.outputSandbox ?? []), ...[files].flat()]);
  }
  setDestination(sites: string | readonly string[]): Result<string> {
    const named = [sites].flat().filter((site) => site.toUpperCase() !== 'ANY');
    return this.#set('setDestination', 'sites', named.length === 0 ? undefined : named);
  }
  setBannedSites(sites: string | readonly string[]): Result<string> {
    return this.#set('setBannedSites', 'bannedSites', [sites].flat());
  }
  setPlatform(platforms: string | readonly string[]): Result<string> {
    const named = [platforms].flat().filter((platform) => platform.toUpperCase() !== 'ANY');
    return this.#set('setPlatform', 'platforms', named.length === 0 ? undefined : named);
  }
  setTag(tags: string | readonly string[]): Result<string> {
    return this.#set('setTag', 'tags', [...(this.#description.tags ?? []), ...[tags].flat()]);
  }
  setExecutionEnv(environment: Record<string, string | number>): Result<string> {
    const texts = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
    return this.#set('setExecutionEnv', 'environment', { ...this.#description.environment, ...texts });
  }

  /** What `dirac.submit` takes; throws what the setters refused. */
  toSpec(): JobSpec {
    if (this.#mistakes.length > 0) throw new TypeError(this.#mistakes.join(' '));
    if (this.#steps.length === 0) throw new TypeError('The job has nothing to run: call setExecutable() first.');
    return { description: { ...this.#description, steps: [...this.#steps] }, inputs: [...this.#inputs] };
  }

  #addInput(input: Input): void {
    const pathOf = (one: Input) => (typeof one === 'string' ? one : 'path' in one ? one.path : one.name);
    if (!this.#inputs.some((known) => pathOf(known) === pathOf(input))) this.#inputs.push(input);
  }

  #set<K extends keyof JobDescription>(setter: string, key: K, value: JobDescription[K]): Result<string> {
    return this.#try(setter, () => {
      if ((key === 'jobName' || key === 'jobGroup' || key === 'jobType') && typeof value !== 'string')
        throw new TypeError('the value must be a text');
      this.#description[key] = value;
    });
  }

  #number(setter: string, key: 'cpuTimeS' | 'numberOfProcessors' | 'minRamMB' | 'priority', value: number): Result<string> {
    return this.#try(setter, () => {
      const number = Number(value);
      if (!Number.isFinite(number) || number < 0) throw new TypeError(`"${String(value)}" is not a number from 0`);
      this.#description[key] = Math.ceil(number);
    });
  }

  #try(setter: string, act: () => void): Result<string> {
    try {
      act();
      return { OK: true, Value: '' };
    } catch (error) {
      const message = `${setter}: ${(error as Error).message}.`;
      this.#mistakes.push(message);
      return { OK: false, Message: message, Errno: 1501 };
    }
  }
}

function isLocalFile(name: string): boolean {
  return !isAbsolute(name) && statSync(name, { throwIfNoEntry: false })?.isFile() === true;
}
