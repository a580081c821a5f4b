import { isSandboxPath, type SandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CliError, exitCodes } from './exit-codes';

export interface Sandbox {
  /** For messages: `output of job 12`. */
  name: string;
  files: readonly SandboxFile[];
  fetch: (path: string) => Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Writes a sandbox as one new directory. Everything goes into a hidden directory beside it first, which is renamed when it is whole:
 * nobody ever finds half of an output, and a broken download leaves nothing behind.
 */
export async function saveAsDirectory(sandbox: Sandbox, directory: string, signal: AbortSignal): Promise<void> {
  await inHiddenDirectory(sandbox, dirname(directory), signal, async (hidden) => {
    await rename(hidden, directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      throw new CliError(exitCodes.failure, `${directory} was made by somebody else meanwhile; nothing was written into it.`);
    });
  });
}

/** Writes the files of a sandbox into an existing directory; one that is there already is never overwritten, and then none is written. */
export async function saveInto(sandbox: Sandbox, directory: string, signal: AbortSignal): Promise<void> {
  await inHiddenDirectory(sandbox, directory, signal, async (hidden) => {
    const written: string[] = [];
    try {
      for (const { path } of sandbox.files) {
        const target = join(directory, ...path.split('/'));
        await mkdir(dirname(target), { recursive: true });
        // link and not rename: it refuses a name that is taken.
        await link(join(hidden, ...path.split('/')), target);
        written.push(target);
      }
    } catch (error) {
      await Promise.all(written.map((target) => unlink(target)));
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new CliError(
        exitCodes.failure,
        `A file of the ${sandbox.name} is in ${directory} already; nothing was written.`,
        'Leave out -n, or choose another -D.',
      );
    }
  });
}

async function inHiddenDirectory(
  sandbox: Sandbox,
  parent: string,
  signal: AbortSignal,
  act: (hidden: string) => Promise<void>,
): Promise<void> {
  checkPaths(sandbox);
  await mkdir(parent, { recursive: true });
  const hidden = await mkdtemp(join(parent, '.diraclab-'));
  try {
    // mkdtemp makes it 0700; a directory of results is as open as the umask wants it.
    await chmod(hidden, 0o777 & ~process.umask());
    for (const file of sandbox.files) await saveFile(sandbox, file, hidden, signal);
    await act(hidden);
  } finally {
    await rm(hidden, { recursive: true, force: true });
  }
}

function checkPaths({ name, files }: Sandbox): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isSandboxPath(path))
      throw new CliError(
        exitCodes.failure,
        `The ${name} has a file named "${path}", which would leave the directory; nothing was written.`,
      );
    if (seen.has(path)) throw new CliError(exitCodes.failure, `The ${name} has two files named "${path}"; nothing was written.`);
    seen.add(path);
  }
}

async function saveFile(sandbox: Sandbox, file: SandboxFile, directory: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const target = join(directory, ...file.path.split('/'));
  await mkdir(dirname(target), { recursive: true });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const bytes = await sandbox.fetch(file.path);
  await pipeline(
    bytes,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(target, { flags: 'wx', mode: file.executable ? 0o777 : 0o666 }),
    { signal },
  );
  if (hash.digest('hex') !== file.digest) {
    throw new CliError(
      exitCodes.failure,
      `${file.path} of the ${sandbox.name} came with ${sizeBytes} of ${file.sizeBytes} bytes or other ones; nothing was kept.`,
      'Try again.',
    );
  }
}
