import { ContractError } from '@diraclab/contract/errors';
import { labClientId, labSessionPaths } from '@diraclab/contract/lab-session';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isOwnOrigin } from '../may-pass.ts';

/** A sign-in that was begun in a page and has not come back. Its secrets stay here; the page gets the address to go to. */
export interface Flow {
  service: string;
  redirectUri: string;
  codeVerifier: string;
  startedMs: number;
}

/** As long as the service waits, about. */
const longestMs = 15 * 60_000;
const mostFlows = 20;

export interface SignInFlows {
  start(service: string, redirectUri: string): string;
  /** Once only: a state that comes a second time is nobody's. */
  take(state: string): Flow | undefined;
}

export function createSignInFlows(): SignInFlows {
  const flows = new Map<string, Flow>();
  return {
    start: (service, redirectUri) => {
      for (const [state, { startedMs }] of flows)
        if (flows.size >= mostFlows || performance.now() - startedMs > longestMs) flows.delete(state);
      const state = randomBytes(32).toString('base64url');
      const codeVerifier = randomBytes(32).toString('base64url');
      flows.set(state, { service, redirectUri, codeVerifier, startedMs: performance.now() });
      const query = new URLSearchParams({
        clientId: labClientId,
        redirectUri,
        state,
        codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        codeChallengeMethod: 'S256',
      });
      return `${service}/api/identity/authorize?${query.toString()}`;
    },
    take: (state) => {
      const flow = flows.get(state);
      flows.delete(state);
      return flow !== undefined && performance.now() - flow.startedMs <= longestMs ? flow : undefined;
    },
  };
}

/** The code must come back to this Lab: its own host, below the place where its proxy shows us. */
export function checkRedirectUri(redirectUri: unknown, headers: IncomingHttpHeaders): string {
  const url = typeof redirectUri === 'string' && URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  const prefix = headers['x-forwarded-prefix'];
  const path = `${(typeof prefix === 'string' ? prefix : '').replace(/\/+$/, '')}${labSessionPaths.callback}`;
  if (
    url === undefined ||
    !isOwnOrigin(url.origin, headers) ||
    url.pathname !== path ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    throw new ContractError('NotAllowed', `The sign-in was not begun: it would not come back to ${path} of this JupyterLab.`, {
      next: 'Reload JupyterLab and try again; behind a proxy of its own, Lab must be told its host (X-Forwarded-Host).',
    });
  return url.href;
}
