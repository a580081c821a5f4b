import { serviceFileName, type Service } from '@diraclab/contract';
import { chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, exitCodes, usageError } from '../exit-codes';

/** Remembers the service, in whole or not at all. */
export async function writeServiceFile(directory: string, service: Service): Promise<void> {
  const path = join(directory, serviceFileName);
  const temporary = `${path}.${process.pid}`;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(temporary, `${JSON.stringify(service, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/** False where there was none. */
export async function removeServiceFile(directory: string): Promise<boolean> {
  return rm(join(directory, serviceFileName)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw new CliError(exitCodes.failure, `The choice of a service cannot be taken back: ${error.message}.`, undefined, error);
    },
  );
}

/** The token, if nobody else could have read it. */
export async function readSecret(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      `The token file ${path} cannot be read (${error.code ?? error.message}).`,
      'Put the token for the service there, with chmod 600.',
    );
  });
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const others = (mode & 0o777).toString(8);
      throw usageError(
        `The token file ${path} can be read or written by others (mode ${others}).`,
        'Ask for a new token and keep it with chmod 600.',
      );
    }
    const token = (await file.readFile('utf8')).trim();
    if (!/^[\x21-\x7e]{8,8192}$/.test(token)) throw usageError(`The file ${path} holds no token: it must be one word.`);
    return token;
  } finally {
    await file.close();
  }
}
