import type { JobDescription, SandboxFile } from '@diraclab/contract';
import type { IDiracSession } from '../tokens';

/** sha256 in hexadecimal. Browsers give it only to pages from https or this machine. */
export async function digestOf(blob: Blob): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw Object.assign(new Error('This browser does not compute checksums for a page that comes neither over https nor from this machine.'), { next: 'Open JupyterLab over https, or submit from a notebook.' }); // prettier-ignore
  }
  const hash = await crypto.subtle.digest('SHA-256', await bytesOf(blob));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const bytesOf = (blob: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer));
    reader.onerror = () => reject(reader.error ?? new Error('The file could not be read.'));
    reader.readAsArrayBuffer(blob);
  });

/** Name, checksum and size; the bytes are kept aside until something is submitted. */
export async function toInput(name: string, blob: Blob, executable = false): Promise<SandboxFile> {
  return { path: name.normalize('NFC'), digest: await digestOf(blob), sizeBytes: blob.size, ...(executable ? { executable } : {}) };
}

/** Sends those bytes that the server does not have yet. */
export async function uploadMissing(
  session: IDiracSession,
  { inputSandbox = [] }: JobDescription,
  held: ReadonlyMap<string, Blob>,
  say: (what: string) => void,
): Promise<void> {
  if (inputSandbox.length === 0) return;
  const { missing } = await session.call('findMissingFiles', { body: { digests: [...new Set(inputSandbox.map(({ digest }) => digest))] } });
  const { client, contract } = await session.client();
  for (const [index, digest] of missing.entries()) {
    const file = inputSandbox.find((candidate) => candidate.digest === digest);
    const blob = held.get(digest);
    if (blob === undefined) {
      throw Object.assign(new Error(`The server does not have the bytes of ${file?.path ?? digest}, and neither has this page.`), {
        next: 'Remove this input and add the file again.',
      });
    }
    say(`Sending ${file?.path ?? digest} (${index + 1} of ${missing.length})…`);
    await client.upload(contract.uploadSandboxFile, { params: { digest } }, { data: await bytesOf(blob), sizeBytes: blob.size });
  }
}
