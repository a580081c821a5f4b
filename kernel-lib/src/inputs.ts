import { findMissingFiles, isSandboxPath, uploadSandboxFile, type Client, type SandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, isAbsolute, normalize, sep } from 'node:path';
import type { Input } from './types';

/** A file on its way into an input sandbox: what the description says of it, and where its bytes are. */
export interface LocalFile {
  file: SandboxFile;
  bytes(): Uint8Array | AsyncIterable<Uint8Array>;
}

const uploadsAtOnce = 4;

/** Reads and hashes the inputs, streamed; nothing is sent yet. Two inputs for one place are refused: one of them would be lost. */
export async function readInputs(inputs: readonly Input[]): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  const seen = new Map<string, Input>();
  for (const input of inputs) {
    const local = await readInput(input);
    const { path } = local.file;
    if (!isSandboxPath(path))
      throw new TypeError(`inputs: "${path}" is no place inside the job's directory. Give it another name with { path, as }.`);
    if (seen.has(path))
      throw new TypeError(`inputs: two files would both become "${path}" in the job's directory. Give one another name with { path, as }.`);
    seen.set(path, input);
    files.push(local);
  }
  return files;
}

/** Sends the files that the server does not have: they are kept by their digest, so the same input of a thousand jobs travels once. */
export async function uploadInputs(call: Client, files: readonly LocalFile[]): Promise<void> {
  const byDigest = new Map(files.map((local) => [local.file.digest, local]));
  if (byDigest.size === 0) return;
  const { missing } = await call(findMissingFiles, { body: { digests: [...byDigest.keys()] } });
  const waiting = [...missing];
  const worker = async () => {
    for (let digest = waiting.shift(); digest !== undefined; digest = waiting.shift()) {
      const local = byDigest.get(digest);
      if (local === undefined) continue;
      await call.upload(uploadSandboxFile, { params: { digest } }, { data: local.bytes(), sizeBytes: local.file.sizeBytes });
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, worker));
}

async function readInput(input: Input): Promise<LocalFile> {
  if (typeof input === 'string') return readLocal(input, placeOf(input), undefined);
  if ('path' in input) return readLocal(input.path, input.as ?? placeOf(input.path), input.executable);
  const bytes = 'text' in input ? new TextEncoder().encode(input.text) : input.bytes;
  const executable = input.executable ?? (bytes[0] === 0x23 && bytes[1] === 0x21);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { file: fileOf(input.name, digest, bytes.byteLength, executable), bytes: () => bytes };
}

/** A relative path that only goes down keeps its folders; any other lands under its last name. */
function placeOf(path: string): string {
  const plain = normalize(path).split(sep).join('/');
  return isAbsolute(path) || plain.startsWith('..') ? basename(plain) : plain;
}

async function readLocal(path: string, place: string, executable: boolean | undefined): Promise<LocalFile> {
  const about = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist (patterns are not expanded)' : `cannot be read (${cause.code})`;
    throw new Error(`inputs: the file "${path}" ${why}; the folder here is ${process.cwd()}.`, { cause });
  });
  if (!about.isFile()) throw new Error(`inputs: "${path}" is not a file. Name the files of a folder one by one.`);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  const runs = executable ?? ((about.mode & 0o111) !== 0 || (await startsWithHashBang(path)));
  return { file: fileOf(place, hash.digest('hex'), sizeBytes, runs), bytes: () => createReadStream(path) };
}

/** Browsers and shared folders lose the x bit; a script says by its first two bytes that it is meant to run. */
async function startsWithHashBang(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString('latin1') === '#!';
  } finally {
    await handle.close();
  }
}

function fileOf(path: string, digest: string, sizeBytes: number, executable: boolean): SandboxFile {
  return { path, digest, sizeBytes, ...(executable ? { executable } : {}) };
}
