import { constants } from 'node:fs';
import { access, chmod, lstat, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, sep } from 'node:path';
import { isSandboxPath } from '@diraclab/contract';
import { JobFailure } from '../job-failure.ts';

const minorStatus = 'Application not found';

/**
 * A file of the job's directory (made executable), an absolute path, or a command on PATH, in this order. Names are taken as they are:
 * no `~`, no variables, no wildcards, for there is no shell.
 */
export async function findProgram(name: string, directory: string, path: string): Promise<string> {
  if (isAbsolute(name)) {
    if (await isRunnable(name)) return name;
    throw await explain(name, name);
  }
  const relative = name.replace(/^(\.\/)+/, '');
  if (isSandboxPath(relative)) {
    const own = await ownFile(join(directory, relative), directory);
    if (own !== undefined) return own;
  }
  if (name.includes('/')) throw await explain(name, join(directory, name));
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    if (isAbsolute(candidate) && (await isRunnable(candidate))) return candidate;
  }
  throw new JobFailure('notFound', minorStatus, `${name} is neither a file of the input sandbox nor a command on PATH of this node`, {
    exitCode: 127,
  });
}

/** A file that came with the job or was made by an earlier step; a link out of the directory is neither. */
async function ownFile(path: string, directory: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !real.startsWith((await realpath(directory)) + sep)) return undefined;
  const facts = await stat(real);
  if (!facts.isFile()) return undefined;
  if ((facts.mode & 0o100) === 0) await chmod(real, facts.mode | 0o700);
  return path;
}

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** As a shell tells them apart: 126 is there but cannot be run, 127 is not there. */
async function explain(name: string, path: string): Promise<JobFailure> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  const detail = exists ? `${name} cannot be run: it is not an executable file` : `${name} does not exist on this node`;
  return new JobFailure('notFound', minorStatus, detail, { exitCode: exists ? 126 : 127 });
}
