import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { SandboxBytes } from './bytes-port.ts';
import { createFileBytes } from './file-bytes.ts';

/** Where sandboxes lie when several servers share them; in the configuration file, because the credentials stand in a file of their own. */
export const SandboxPlace = z.strictObject({
  /** Of services other than Amazon's: `https://host[:port]`. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).default('us-east-1'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9._/-]*$/, 'must be letters, digits and . _ / -')
    .default(''),
  /** JSON with accessKeyId and secretAccessKey; only its owner may read it. */
  credentialsFile: z.string().min(1),
});
export type SandboxPlace = z.infer<typeof SandboxPlace>;

const Credentials = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });

/** A folder of the data directory, or a bucket. The client for buckets is a megabyte and is loaded by those who have one. */
export async function openSandboxBytes(place: SandboxPlace | undefined, directory: string): Promise<SandboxBytes> {
  if (place === undefined) return createFileBytes(directory);
  const { credentialsFile, ...location } = place;
  const { createS3Bytes } = await import('./s3-bytes.ts');
  return createS3Bytes({ ...location, ...(await readCredentials(credentialsFile)) });
}

async function readCredentials(file: string): Promise<z.infer<typeof Credentials>> {
  const wrong = (what: string, cause?: unknown): Error =>
    new Error(`The credentials of the sandbox store, ${file}, ${what}.`, cause === undefined ? undefined : { cause });
  const { mode } = await stat(file).catch((error: unknown) => {
    throw wrong('cannot be read', error);
  });
  if ((mode & 0o077) !== 0) throw wrong('can be read by others: chmod 600 it');
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    // Not the parser's words: they quote what they could not read.
    throw wrong('are not JSON', error instanceof SyntaxError ? undefined : error);
  }
  const parsed = Credentials.safeParse(value);
  if (!parsed.success) throw wrong('must hold {"accessKeyId": "…", "secretAccessKey": "…"}');
  return parsed.data;
}
