import {
  chooseService,
  createClient,
  serverFileName,
  serviceFileName,
  tokenFileName,
  type Client,
  type ServerFile,
  type Service,
  type Transport,
  type TransportAnswer,
} from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { currentAccessToken, renewSession } from '@diraclab/contract/sign-in';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findLab, wakeServer } from './lab';
import { isRefused, listens, lost, ServerUnreachable } from './reach';

export { ServerUnreachable };

export type Env = Readonly<Record<string, string | undefined>>;

export interface ServerAddress {
  /** `unix:/path` or `http://host:port`. */
  address: string;
  /** Good for now. */
  token: string;
  /** Where one signs in: the token for each call, renewed when it is time, or because the service refused this one before its time. */
  currentToken?: (refusedToken?: string) => Promise<string>;
}

/** Where the laptop server of this user keeps its state: `DIRACLAB_DATA`, else diraclab in the XDG data directory. */
export function dataDirectory(env: Env): string {
  if (env['DIRACLAB_DATA']) return env['DIRACLAB_DATA'];
  return join(env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local', 'share'), 'diraclab');
}

/**
 * The server this process should talk to, and the token for it: `DIRACLAB_URL` with `DIRACLAB_TOKEN_FILE`, else the service that was chosen
 * for this Lab, else the live server of the data directory, else the one that Lab starts when asked. Throws {@link ServerUnreachable} with
 * the remedy.
 */
export async function findServer(env: Env = process.env): Promise<ServerAddress> {
  if (env['DIRACLAB_URL']) return fromEnvironment(env['DIRACLAB_URL'], env);
  const directory = dataDirectory(env);
  const service = await findService(env);
  if (service !== undefined) return toAddress(service, directory);
  const running = await fromDataDirectory(directory, env);
  if (running !== undefined) return running;

  const lab = await findLab(env);
  const noServer = `No diraclab server is running on the data directory ${directory}`;
  if (lab === undefined) {
    throw new ServerUnreachable(
      `${noServer}, and no JupyterLab was found that could start one.`,
      `Start JupyterLab ("npm start" in the project), or "diraclab server --data ${directory}", or choose a service with "diraclab connect" (or DIRACLAB_URL and DIRACLAB_TOKEN_FILE).`,
    );
  }
  const refusal = await wakeServer(lab);
  const started = await fromDataDirectory(directory, env);
  if (started !== undefined) return started;
  throw new ServerUnreachable(
    `${noServer}; JupyterLab at ${lab.url} was asked to start it${refusal === undefined ? ', but it is not there' : `: ${refusal}`}.`,
    `Look into ${join(directory, 'server.log')}; if Lab uses another data directory, set DIRACLAB_DATA to it.`,
  );
}

/**
 * A client of the server that {@link findServer} finds. When the connection is refused later (the server was restarted, perhaps elsewhere),
 * the server is looked for again and the call is sent once more: a refused call never reached a server, so this cannot do a thing twice.
 */
export async function openClient(env: Env = process.env): Promise<Client> {
  let server = await findServer(env);
  let transport = nodeTransport(server.address);

  const carry: Transport = async (request) => {
    const send = async (refusedToken?: string): Promise<TransportAnswer> => {
      const token = (await server.currentToken?.(refusedToken)) ?? server.token;
      const answer = await transport({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
      // It was not carried out. Where the sign-in has ended, the renewal says so, and what to do.
      const sendsAgain =
        answer.status === 401 && server.currentToken !== undefined && refusedToken === undefined && !isStream(request.body);
      if (!sendsAgain) return answer;
      await answer.bytes();
      return send(token);
    };
    try {
      return await send();
    } catch (error) {
      if (!isRefused(error)) throw lost(error, server.address);
      server = await findServer(env);
      transport = nodeTransport(server.address);
      if (isStream(request.body)) throw lost(error, server.address);
      return await send().catch((again: unknown) => {
        throw lost(again, server.address);
      });
    }
  };
  return createClient(carry);
}

/** The service that this person works with instead of a server of this machine, if any: the same one as JupyterLab's. */
export async function findService(env: Env): Promise<Service | undefined> {
  const text = await readFile(join(dataDirectory(env), serviceFileName), 'utf8').catch(() => undefined);
  try {
    return chooseService(env, text, env['HOME'] || homedir());
  } catch (error) {
    throw new ServerUnreachable((error as Error).message, '"diraclab disconnect" goes back to the server of this machine.', error);
  }
}

async function toAddress({ url, tokenFile }: Service, directory: string): Promise<ServerAddress> {
  if (tokenFile !== undefined) return { address: url, token: await readToken(tokenFile, 'Run "diraclab connect" again.') };
  const currentToken = async (refusedToken?: string) =>
    refusedToken === undefined ? currentAccessToken(directory, url) : (await renewSession(directory, url, { refusedToken })).accessToken;
  return { address: url, token: await currentToken(), currentToken };
}

async function fromEnvironment(address: string, env: Env): Promise<ServerAddress> {
  if (!/^(unix:\/|https?:\/\/)/.test(address)) {
    throw new ServerUnreachable(`DIRACLAB_URL is "${address}".`, 'It must be http://HOST:PORT, https://HOST or unix:/PATH.');
  }
  const tokenFile = env['DIRACLAB_TOKEN_FILE'];
  if (!tokenFile) {
    // The token of the data directory is not sent to an address that somebody else chose.
    throw new ServerUnreachable(
      'DIRACLAB_URL is set without DIRACLAB_TOKEN_FILE.',
      'Set DIRACLAB_TOKEN_FILE to the token file of that server (DIR/token).',
    );
  }
  return { address: address.replace(/\/+$/, ''), token: await readToken(tokenFile) };
}

async function fromDataDirectory(directory: string, env: Env): Promise<ServerAddress | undefined> {
  const text = await readFile(join(directory, serverFileName), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const address = addressIn(text);
  if (address === undefined || !(await listens(address))) return undefined;
  return { address, token: await readToken(env['DIRACLAB_TOKEN_FILE'] || join(directory, tokenFileName)) };
}

function addressIn(text: string): string | undefined {
  try {
    const { address } = JSON.parse(text) as Partial<ServerFile>;
    return typeof address === 'string' ? address : undefined;
  } catch {
    return undefined;
  }
}

async function readToken(path: string, next = 'It must be the token file that the server wrote, readable by you.'): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ServerUnreachable(
      `The token file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
      next,
      cause,
    );
  });
  if (text.trim() === '') throw new ServerUnreachable(`The token file ${path} is empty.`, 'Restart the server: it writes a new one.');
  return text.trim();
}

function isStream(body: unknown): boolean {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}
