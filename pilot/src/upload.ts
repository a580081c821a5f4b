import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ContractError, findMissingFiles, uploadSandboxFile, type SandboxFile } from '@diraclab/contract';
import { eachOf } from './each-of.ts';
import type { OutputFile } from './outputs.ts';
import { retrying } from './retry.ts';
import type { ServerLink } from './server-link.ts';

const quietMs = 30_000;
const atOnce = 4;
const pieceBytes = 64 * 1024;
/** A file that changes between hashing and sending so often is still being written. */
const mostChanges = 3;

/** Brings the files to the server, those it does not have; gives what to name in the final report. */
export async function uploadOutputs(link: ServerLink, files: readonly OutputFile[], signal: AbortSignal): Promise<SandboxFile[]> {
  const uploads: SandboxFile[] = [];
  for (const file of files) uploads.push(await describe(file));
  if (uploads.length === 0) return [];
  const { missing } = await retrying(
    () =>
      link.ask(quietMs, signal, (client, question) =>
        client(findMissingFiles, { body: { digests: [...new Set(uploads.map(({ digest }) => digest))] } }, { signal: question.signal }),
      ),
    link.graceMs,
    signal,
  );
  const wanted = new Map(missing.map((digest) => [digest, uploads.findIndex((upload) => upload.digest === digest)]));
  await eachOf([...wanted.values()], atOnce, async (index) => {
    const file = files[index];
    const upload = uploads[index];
    if (file !== undefined && upload !== undefined) uploads[index] = await send(link, file, upload, signal);
  });
  return uploads;
}

async function send(link: ServerLink, file: OutputFile, first: SandboxFile, signal: AbortSignal): Promise<SandboxFile> {
  let upload = first;
  for (let changes = 1; ; changes += 1) {
    try {
      await retrying(() => sendOnce(link, file, upload, signal), link.graceMs, signal);
      return upload;
    } catch (error) {
      const hasChanged = error instanceof ContractError && error.code === 'DigestMismatch';
      if (!hasChanged || changes === mostChanges) throw error;
      upload = await describe(file);
    }
  }
}

const sendOnce = (link: ServerLink, file: OutputFile, { digest, sizeBytes }: SandboxFile, signal: AbortSignal): Promise<unknown> =>
  withFile(file, (handle) =>
    link.ask(quietMs, signal, (client, question) => {
      const data = pieces(handle, sizeBytes, () => question.alive());
      return client.upload(uploadSandboxFile, { params: { digest } }, { data, sizeBytes }, { signal: question.signal });
    }),
  );

async function describe(file: OutputFile): Promise<SandboxFile> {
  const hash = createHash('sha256');
  const sizeBytes = await withFile(file, async (handle) => {
    const { size } = await handle.stat();
    for await (const piece of pieces(handle, size, () => undefined)) hash.update(piece);
    return size;
  });
  return { path: file.path, digest: hash.digest('hex'), sizeBytes, ...(file.executable ? { executable: true } : {}) };
}

/** Neither follows a link that took the file's place nor waits at a pipe that did. */
async function withFile<T>(file: OutputFile, act: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file.realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await act(handle);
  } finally {
    await handle.close();
  }
}

/** Exactly `sizeBytes` of the file, in pieces; a file that became shorter is filled up, so that the digest tells and the request ends. */
async function* pieces(handle: FileHandle, sizeBytes: number, onPiece: () => void): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes;) {
    const length = Math.min(pieceBytes, sizeBytes - at);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
    onPiece();
    yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
    at += bytesRead === 0 ? length : bytesRead;
  }
}
