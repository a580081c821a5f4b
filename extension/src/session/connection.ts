import type * as contractTypes from '@diraclab/contract';
import type { Client, Transport } from '@diraclab/contract';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { IDiracSession, RouteName } from '../tokens';

/** Where jupyter-server-proxy shows our server, below Lab's base URL. */
export const proxyName = 'dirac';

/** Lab's own request function carries ours: it knows the base URL, the cookie or token, and the XSRF header. */
export function labTransport(settings: ServerConnection.ISettings, signIn?: Waits): Transport {
  return async (request) => {
    const { method, path, headers, body, signal } = request;
    const { 'content-length': _implied, ...sent } = headers;
    const init: RequestInit = {
      method,
      headers: sent,
      // Lab would add a time to the address of uncached requests, which our strict queries refuse; `no-cache` asks the server each time as well.
      cache: 'no-cache',
      signal: signal ?? null,
      ...(body === undefined ? {} : { body: body as BodyInit }),
    };
    const send = (): Promise<Response> => ServerConnection.makeRequest(urlOf(settings, path), init, settings);
    let answer = await send();
    if (signIn !== undefined && isReusable(body) && (await needsSignIn(answer))) {
      // It was not carried out; it is, once the person is back.
      await signIn.whenSignedIn(signal);
      answer = await send();
    }
    return {
      status: answer.status,
      text: () => answer.text(),
      bytes: async () => new Uint8Array(await answer.arrayBuffer()),
      stream: () => (answer.body ?? new ReadableStream()) as unknown as AsyncIterable<Uint8Array>,
    };
  };
}

/** What calls wait for that were answered "not signed in". */
export interface Waits {
  whenSignedIn(signal?: AbortSignal): Promise<void>;
}

const isReusable = (body: unknown): boolean => body === undefined || typeof body === 'string' || body instanceof Uint8Array;

/** Said by the companion or the service; Lab's own 401 has no such code, and a sign-in with us would not help it. */
async function needsSignIn(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false;
  const said = (await answer.clone().json().catch(() => undefined)) as { code?: unknown } | undefined; // prettier-ignore
  return said?.code === 'NotSignedIn';
}

export function urlOf(settings: ServerConnection.ISettings, path: string): string {
  return URLExt.join(settings.baseUrl, proxyName) + path;
}

type Words = typeof contractTypes;

export function createCalls(settings: ServerConnection.ISettings, signIn?: Waits): Pick<IDiracSession, 'call' | 'client' | 'urlOf'> {
  let loaded: Promise<{ client: Client; contract: Words }> | undefined;
  const client = () =>
    (loaded ??= import('@diraclab/contract').then(
      (contract) => ({ contract, client: contract.createClient(labTransport(settings, signIn)) }),
      (error: unknown) => {
        // Lab was away; the next call tries again.
        loaded = undefined;
        throw error;
      },
    ));
  return {
    client,
    urlOf: (path) => urlOf(settings, path),
    call: async (name: RouteName, input: never, options) => {
      const { client: call, contract } = await client();
      // Which route it is, and hence the types of input and answer, is settled by the interface.
      return (await call(contract[name] as Words['getJob'], input, options)) as never;
    },
  };
}
