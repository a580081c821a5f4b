import { chooseService, serviceFileName } from '@diraclab/contract/connection';
import type { Service } from '@diraclab/contract/connection';
import { ContractError } from '@diraclab/contract/errors';
import { currentAccessToken, renewSession } from '@diraclab/contract/sign-in';
import { open, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { toEndpoint } from './live-server.ts';
import type { Target } from './target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The service that requests go to instead of a server of this machine; undefined where none was chosen. Read for each request (30 µs), so that
 * `diraclab connect` and a renewed token count at once.
 */
export async function findService(dataDirectory: string, env: Environment): Promise<Target | undefined> {
  try {
    const service = await chosenService(dataDirectory, env);
    return service === undefined ? undefined : await toTarget(service, dataDirectory);
  } catch (error) {
    if (error instanceof ContractError) throw error;
    throw new ContractError('NotReady', error instanceof Error ? error.message : String(error), {
      next: 'Mend that and reload, or go back to a server of this machine with "diraclab disconnect".',
      cause: error,
    });
  }
}

export async function chosenService(dataDirectory: string, env: Environment): Promise<Service | undefined> {
  const text = await readFile(join(dataDirectory, serviceFileName), 'utf8').catch(() => undefined);
  return chooseService(env, text, homedir());
}

async function toTarget({ url, tokenFile }: Service, dataDirectory: string): Promise<Target> {
  const parsed = new URL(url);
  return {
    name: `service ${url}`,
    endpoint: toEndpoint(parsed),
    remote: { host: parsed.host, basePath: parsed.pathname.replace(/\/+$/, '') },
    ...(tokenFile === undefined ? await bySignIn(dataDirectory, url) : { token: await readServiceToken(tokenFile) }),
  };
}

async function bySignIn(dataDirectory: string, url: string): Promise<Required<Pick<Target, 'token' | 'signIn'>>> {
  const found = await currentAccessToken(dataDirectory, url).catch((error: unknown) => {
    if (error instanceof ContractError && error.code === 'NotSignedIn') return error;
    throw error;
  });
  if (found instanceof ContractError) return { token: undefined, signIn: { missing: found, onRefused: () => Promise.resolve() } };
  const onRefused = async (): Promise<void> => {
    // What came of it is in the session file, and told by the next question.
    await renewSession(dataDirectory, url, { refusedToken: found }).catch(() => undefined);
  };
  return { token: found, signIn: { missing: undefined, onRefused } };
}

/** One line that an HTTP header can carry. */
const tokenPattern = /^[\x21-\x7e]{8,8192}$/;

/** A link is followed (clusters mount secrets so); the file itself must be its owner's alone. */
export async function readServiceToken(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new Error(`The token file of the service cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  });
  try {
    const { mode, uid } = await file.stat();
    if (uid !== process.getuid?.()) throw new Error(`The token file ${path} belongs to user ${uid}; it must be yours.`);
    if ((mode & 0o077) !== 0)
      throw new Error(
        `The token file ${path} can be read or written by others (mode ${(mode & 0o777).toString(8)}). Ask for a new token and keep it with chmod 600.`,
      );
    const token = (await file.readFile('utf8')).trim();
    if (!tokenPattern.test(token)) throw new Error(`The file ${path} holds no token: it must be one word.`);
    return token;
  } finally {
    await file.close();
  }
}
