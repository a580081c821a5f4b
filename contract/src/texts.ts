import { z } from 'zod';

/** One line of printable text, as titles and statuses are: control characters are refused, not repaired. */
// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const noControls = /^[^\u0000-\u001f\u007f]*$/;
export const oneLine = (longest: number) => z.string().max(longest).regex(noControls, 'must be one line without control characters');

/** Any text but with NUL, which no argument, variable or PostgreSQL text can hold. */
export const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !value.includes('\0'), 'must not contain NUL');

/** sha256 of the bytes, in hexadecimal. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a sha256 in 64 hexadecimal digits')
  .meta({ id: 'Digest' });

/**
 * Where a file lies inside the job's directory: relative, canonical, at most 16 names deep.
 * Anything that could leave the directory, or be another spelling of the same place, is refused.
 */
export const SandboxPath = z
  .string()
  .min(1)
  .max(1024)
  .refine(isSandboxPath, 'must be a relative path inside the job directory, without "..", ".", "//", a backslash or control characters')
  .meta({ id: 'SandboxPath' });

export function isSandboxPath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it refuses
  if (/[\u0000-\u001f\u007f\\]/.test(path) || path !== path.normalize('NFC')) return false;
  const names = path.split('/');
  return (
    names.length <= 16 &&
    names.every((name) => name !== '' && name !== '.' && name !== '..' && new TextEncoder().encode(name).length <= 255)
  );
}
