import { z } from 'zod';
import { route } from './route';
import { Digest } from './texts';

/** Largest single file of a sandbox by default, in bytes. */
export const defaultMaxSandboxFileBytes = 100 * 1024 * 1024;

export const findMissingFiles = route({
  name: 'findMissingFiles',
  summary: 'Which of these files the server does not have yet, so that only those are sent',
  method: 'POST',
  path: '/sandbox-files/missing',
  body: z.strictObject({ digests: z.array(Digest).min(1).max(10_000) }).meta({ id: 'DigestList' }),
  returns: z.object({ missing: z.array(Digest) }).meta({ id: 'MissingFiles' }),
  errors: ['BadRequest'],
});

export const uploadSandboxFile = route({
  name: 'uploadSandboxFile',
  summary: 'Send the bytes of one sandbox file; content-addressed, so sending it twice is harmless',
  method: 'PUT',
  path: '/sandbox-files/:digest',
  params: z.strictObject({ digest: Digest }),
  bytes: 'in',
  returns: z.object({ digest: Digest, sizeBytes: z.number().int() }).meta({ id: 'StoredFile' }),
  errors: ['BadRequest', 'TooLarge', 'DigestMismatch', 'StorageFull'],
});
