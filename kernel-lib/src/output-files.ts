import { getJob, getOutputFile, isSandboxPath } from '@diraclab/contract';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Session } from './session';
import type { JobFiles, OutputFile } from './types';
import { wholeText } from './job-output';

export function outputFile(session: Session, jobId: number, path: string): OutputFile {
  const fetch = async () => (await session.client()).download(getOutputFile, { params: { jobId }, query: { path } });
  const text = async () => (await fetch()).text();
  return {
    path,
    text,
    json: async <T>() => parseJson<T>(await text(), jobId, path),
    bytes: async () => (await fetch()).bytes(),
    async save(to) {
      const isFolder = await stat(to).then((about) => about.isDirectory(), () => false); // prettier-ignore
      const target = isFolder ? join(to, basename(path)) : to;
      await writeWhole(target, (await fetch()).stream());
      return target;
    },
  };
}

/** All files below a folder, under their own names. A name that would leave it is refused, whoever sent it. */
export async function downloadAll(session: Session, jobId: number, directory: string): Promise<string[]> {
  const call = await session.client();
  const { outputs } = await call(getJob, { params: { jobId } });
  const written: string[] = [];
  await mkdir(directory, { recursive: true });
  for (const { path } of outputs) {
    if (!isSandboxPath(path))
      throw new Error(`Job ${jobId} has an output named "${path}", which would leave ${directory}; nothing more was written.`);
    const target = join(directory, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    await writeWhole(target, (await call.download(getOutputFile, { params: { jobId }, query: { path } })).stream());
    written.push(target);
  }
  return written;
}

export function jobFiles(session: Session, jobId: number): JobFiles {
  return {
    text: (path) => outputFile(session, jobId, path).text(),
    json: (path) => outputFile(session, jobId, path).json(),
    bytes: (path) => outputFile(session, jobId, path).bytes(),
    stdout: () => wholeText(session, jobId, 'stdout'),
    stderr: () => wholeText(session, jobId, 'stderr'),
  };
}

/** Beside its place first, then moved: nobody finds half a file, and a broken download leaves none. */
async function writeWhole(target: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const partial = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    await pipeline(Readable.from(bytes), createWriteStream(partial, { flags: 'wx' }));
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function parseJson<T>(text: string, jobId: number, path: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(
      `"${path}" of job ${jobId} is not JSON (${(cause as Error).message}); it begins with ${JSON.stringify(text.slice(0, 60))}.`,
      { cause },
    );
  }
}
