import { basename, isAbsolute, resolve } from 'node:path';
import { usageError } from '../exit-codes';
import { aboutOf, type LocalInput } from './local-files';
import { needsShell, readScript, type Script } from './script';

export interface Program {
  executable: string;
  /** Before the user's own arguments. */
  arguments: string[];
  /** The file to send along, when the program is one of ours. */
  upload?: LocalInput;
  script?: Script;
}

/**
 * A file here is sent; an absolute path is looked for where the job runs, unless its sending is forced; a bare name that is no file here
 * is a command there.
 */
export async function findProgram(command: string, cwd: string, forceUpload: boolean): Promise<Program> {
  if (isAbsolute(command) && !forceUpload) return { executable: command, arguments: [] };
  const path = resolve(cwd, command);
  const isFile = (await aboutOf(path))?.isFile() === true;
  if (!isFile) {
    if (forceUpload || command.includes('/')) throw usageError(`Executable file "${command}" not found`, `It was looked for in ${cwd}.`);
    return { executable: command, arguments: [] };
  }
  const as = basename(path).normalize('NFC');
  const script = await readScript(path, command);
  return { ...runBy(script, as), upload: { path, as }, script };
}

/** How a file of the sandbox is started. */
export function runBy(script: Script, as: string): { executable: string; arguments: string[] } {
  return needsShell(script) ? { executable: '/bin/sh', arguments: [as] } : { executable: as, arguments: [] };
}
