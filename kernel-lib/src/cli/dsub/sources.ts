import { type JdlAttribute, readJdl } from '@diraclab/contract';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../exit-codes';
import type { Io } from '../io';
import type { Parsed } from '../options/spec';
import { readAll } from '../read-all';
import { say } from '../text/printable';
import { aboutOf, cannotRead } from './local-files';
import type { Script } from './script';
import type { dsubSpec } from './spec';

export type Options = Parsed<typeof dsubSpec.options>['options'];

/** Options that are attributes of a JDL by the same name. */
const attributeOptions = [
  'JobName', 'StdError', 'StdOutput', 'OutputSandbox', 'InputSandbox', 'OutputData', 'InputData', 'OutputPath', 'OutputSE', 'CPUTime', 'Site',
  'BannedSite', 'Platform', 'Priority', 'JobGroup', 'Parametric',
] as const satisfies readonly (keyof Options)[]; // prettier-ignore

export function optionAttributes(options: Options): JdlAttribute[] {
  return attributeOptions.flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [{ name, value: { kind: 'text', text, quoted: true }, place: { name: `--${name}` } }];
  });
}

/** `dsub job.jdl`: a JDL is described by its name, and could not be executed anyway. */
export async function jdlFile(given: string | undefined, { cwd }: Io): Promise<boolean> {
  return given?.endsWith('.jdl') === true && (await aboutOf(resolve(cwd, given)))?.isFile() === true;
}

/** What `-J` names: a file when there is one of that name, else JDL text. */
export async function jdlAttributes(given: string | undefined, io: Io): Promise<JdlAttribute[]> {
  if (given === undefined) return [];
  const path = resolve(io.cwd, given.slice(0, 4096));
  const isFile = !given.includes('\n') && (await aboutOf(path).catch(() => undefined))?.isFile() === true;
  if (isFile) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw cannotRead(path, error);
    });
    return readJdl(text, { name: given });
  }
  if (!given.includes('=')) throw usageError(`-J: there is no file "${given}" in ${io.cwd}, and it is no JDL text either.`);
  return readJdl(given, { name: '-J' });
}

/** The script that comes on standard input. */
export async function stdinScript(io: Io): Promise<Script> {
  if (io.stdinIsTty) io.note(say`The executable is not given: type the lines of a script, finish with ^D, or give up with ^C.`);
  const text = await readAll(io.stdin, 'standard input', io.signal);
  if (text.trim() === '')
    throw usageError('Standard input was empty: there is no script to run.', 'Give an executable, or a script: echo hostname | dsub -');
  return { name: 'standard input', text, isBinary: text.includes('\0') };
}
