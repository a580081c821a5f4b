import { ContractError } from '@diraclab/contract/errors';
import { labSessionPaths } from '@diraclab/contract/lab-session';
import type { LabSignInStarted } from '@diraclab/contract/lab-session';
import { renewSession, signIn, signOut } from '@diraclab/contract/sign-in';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LiveSockets } from './live-sockets.ts';
import { outcomePage } from './outcome-page.ts';
import { readJson } from './read-json.ts';
import { checkRedirectUri, createSignInFlows } from './sign-in-flows.ts';
import { signedIn, signInService, stateOf } from './state.ts';

export const isLabSession = (url = '/'): boolean => /^\/session(\/|\?|$)/.test(url);

/** Lab's page and the sign-in of its person: what it is, begin, come back, change the group, end. No token is in any answer. */
export class LabSessionDoors {
  readonly #dataDirectory: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #sockets: Pick<LiveSockets, 'look'>;
  readonly #flows = createSignInFlows();
  /** Why the last sign-in did not succeed; undefined when it did, or none was tried. */
  #failure: string | undefined;

  constructor(dataDirectory: string, env: Readonly<Record<string, string | undefined>>, sockets: Pick<LiveSockets, 'look'>) {
    this.#dataDirectory = dataDirectory;
    this.#env = env;
    this.#sockets = sockets;
  }

  async answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lab');
    const { status, headers, body } = await this.#door(`${request.method} ${pathname}`, request, searchParams);
    answer.writeHead(status, headers).end(body);
  }

  async #door(door: string, request: IncomingMessage, query: URLSearchParams): Promise<Said> {
    switch (door) {
      case `GET ${labSessionPaths.state}`:
        return json(await stateOf(this.#dataDirectory, await this.#service(), this.#failure));
      case `POST ${labSessionPaths.signIn}`:
        return this.#start(request);
      case `GET ${labSessionPaths.callback}`:
        return this.#comeBack(query);
      case `GET ${labSessionPaths.outcome}`:
        return { status: 200, ...outcomePage(this.#failure) };
      case `POST ${labSessionPaths.switchGroup}`:
        return this.#switchGroup(request);
      case `POST ${labSessionPaths.signOut}`:
        return this.#signOut(request);
      default:
        throw new ContractError('NotFound', `There is no ${door.slice(0, 200)} here.`);
    }
  }

  #service(): Promise<string | undefined> {
    return signInService(this.#dataDirectory, this.#env);
  }

  async #mustSignIn(): Promise<string> {
    const url = await this.#service();
    if (url !== undefined) return url;
    throw new ContractError('NotFound', 'There is nothing to sign in to: the work is done by a server that needs no sign-in.', {
      next: 'To work with a service, run "diraclab connect URL".',
    });
  }

  async #start(request: IncomingMessage): Promise<Said> {
    const service = await this.#mustSignIn();
    const { redirectUri } = await readJson(request);
    const url = this.#flows.start(service, checkRedirectUri(redirectUri, request.headers));
    this.#failure = undefined;
    return json({ url } satisfies LabSignInStarted);
  }

  async #comeBack(query: URLSearchParams): Promise<Said> {
    this.#failure = await this.#redeem(query).then(() => undefined, inWords);
    this.#sockets.look();
    // The code does not stay in the address bar or in the history.
    return { status: 303, headers: { Location: 'outcome', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }, body: '' };
  }

  async #redeem(query: URLSearchParams): Promise<void> {
    const flow = this.#flows.take(query.get('state') ?? '');
    if (flow === undefined) throw new ContractError('NotAllowed', 'This JupyterLab did not begin this sign-in, or too long ago.');
    const code = query.get('code');
    if (code === null) throw new ContractError('SignInRefused', whyRefused(query));
    const { service, codeVerifier, redirectUri } = flow;
    await signIn(this.#dataDirectory, service, { grantType: 'authorizationCode', code, codeVerifier, redirectUri });
  }

  async #switchGroup(request: IncomingMessage): Promise<Said> {
    const service = await this.#mustSignIn();
    const { vo, ownerGroup } = await readJson(request);
    if (typeof vo !== 'string' || typeof ownerGroup !== 'string')
      throw new ContractError('BadRequest', 'A group is named by "vo" and "ownerGroup".');
    const session = await renewSession(this.#dataDirectory, service, { switchTo: { vo, ownerGroup } });
    this.#sockets.look();
    return json(signedIn(session));
  }

  async #signOut(request: IncomingMessage): Promise<Said> {
    const service = await this.#mustSignIn();
    await readJson(request);
    this.#failure = undefined;
    await signOut(this.#dataDirectory, service).finally(() => this.#sockets.look());
    return json(await stateOf(this.#dataDirectory, service, undefined));
  }
}

interface Said {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const json = (body: unknown): Said => ({
  status: 200,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  body: JSON.stringify(body),
});

/** The words of RFC 6749 that the service may send back; others say nothing to people. */
const refusals: Readonly<Record<string, string>> = {
  access_denied: 'The service, or your institute, did not let you in.',
  temporarily_unavailable: 'The sign-in of your institute cannot be reached now.',
};

/** With the service's own sentence, which only it can have sent: it alone knew the state. It is text to us. */
function whyRefused(query: URLSearchParams): string {
  const said = query.get('error_description')?.slice(0, 300) ?? '';
  return said === '' ? (refusals[query.get('error') ?? ''] ?? 'The service refused the sign-in.') : said;
}

const inWords = (error: unknown): string =>
  error instanceof ContractError ? [error.message, error.next].filter(Boolean).join(' ') : 'The companion made a mistake.';
