import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';

/** What one secret is good for: sealing what lies in the database, and texts that only its holders can make again. */
export interface Secret {
  seal(text: string, purpose: string): string;
  /** Throws where it was sealed by another secret, for another purpose, or was changed. */
  unseal(sealed: string, purpose: string): string;
  /** 256 bits in base64url that follow from the text, for those who hold the secret. */
  derive(text: string, purpose: string): string;
}

export function toSecret(secret: string): Secret {
  const keyFor = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', `diraclab ${purpose}`, 32));
  return {
    seal(text, purpose) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), iv);
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    unseal(sealed, purpose) {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
    derive: (text, purpose) => createHmac('sha256', keyFor(purpose)).update(text).digest('base64url'),
  };
}

/** The secret of a service, made where there is none. Servers that start at once on one shared file all end with the same. */
export async function ensureSecretFile(path: string): Promise<Secret> {
  const existing = await readSecretFile(path);
  if (existing !== undefined) return toSecret(existing);
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600).catch(
    (error: Error) => {
      throw new Error(`The secret file ${path} cannot be made: ${error.message}. Choose another place with secretFile.`, { cause: error });
    },
  );
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // Unlike a rename, a link never takes the place of a file that another server has made meanwhile.
  await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(temporary);
  return toSecret((await readSecretFile(path)) ?? '');
}

/** Undefined where there is none. Links are followed: that is how secrets are mounted into containers. */
async function readSecretFile(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`The secret file ${path} cannot be read: ${error.message}.`, { cause: error });
  });
  if (file === undefined) return undefined;
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new Error(
        `The secret file ${path} can be read or written by others (mode ${(mode & 0o777).toString(8)}). ` +
          'Whoever read it can make tokens: replace it (docs/how-to/run-a-service.md says how), or chmod 600 where nobody could.',
      );
    const text = (await file.readFile('utf8')).trim();
    if (text.length < 43) throw new Error(`The secret file ${path} holds no secret: at least 43 characters of base64url.`);
    return text;
  } finally {
    await file.close();
  }
}
