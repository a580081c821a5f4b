import { ContractError } from '@diraclab/contract/errors';
import { currentAccessToken } from '@diraclab/contract/sign-in';
import type { Socket } from 'node:net';
import { signInService } from './state.ts';

/** Live connections that carry an access token. */
export interface LiveSockets {
  add(client: Socket, token: string): void;
  /** The sign-in has changed just now: look at once. */
  look(): void;
  close(): void;
}

/** How long a group chosen or a sign-out done in a terminal may go unnoticed here. */
const lookEveryMs = 2_000;

/**
 * A live connection lives with the token it was opened with: the service ends it when that expires. So the token is renewed while there are
 * any, and they are ended when it has changed (renewed, another group, signed out); pages connect again by themselves, with the new one.
 */
export function createLiveSockets(dataDirectory: string, env: Readonly<Record<string, string | undefined>>): LiveSockets {
  const sockets = new Map<Socket, string>();
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    if (sockets.size === 0) return;
    const token = await tokenOfNow(dataDirectory, env);
    if (token === 'unknown') return;
    for (const [socket, usedToken] of sockets) if (usedToken !== token) socket.destroySoon();
  };
  const lookOnce = (): void => {
    looking ??= look()
      .catch(() => undefined)
      .finally(() => (looking = undefined));
  };
  const timer = setInterval(lookOnce, lookEveryMs).unref();

  return {
    add: (client, token) => {
      sockets.set(client, token);
      client.once('close', () => sockets.delete(client));
    },
    look: () => void (looking ?? Promise.resolve()).then(lookOnce),
    close: () => clearInterval(timer),
  };
}

/** Unknown while the service is away: then the connections are left alone. */
async function tokenOfNow(
  dataDirectory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined | 'unknown'> {
  const service = await signInService(dataDirectory, env);
  if (service === undefined) return undefined;
  return currentAccessToken(dataDirectory, service).catch((error: unknown) =>
    error instanceof ContractError && error.code === 'NotSignedIn' ? undefined : 'unknown',
  );
}
