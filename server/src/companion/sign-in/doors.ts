import { ContractError } from '@diraclab/contract/errors';
import type { IncomingMessage } from 'node:http';
import type { Target } from '../target.ts';

/** What a page may ask of a service's identity room. Tokens are fetched by companion and commands, which keep them; a page never sees one. */
const identityDoors: readonly (readonly [method: string, path: RegExp])[] = [
  ['GET', /^sign-in$/],
  ['GET', /^jwks\.json$/],
  ['GET', /^memberships$/],
  ['GET', /^personal-tokens$/],
  ['DELETE', /^personal-tokens\/[^/]+$/],
];
/** Open to everybody, so that a page can tell a service that is away from a sign-in that has ended. */
const forEverybody = /^\/api\/(health\/\w+|identity\/sign-in|identity\/jwks\.json)$/;

/** Throws where this request must not go on to the service, or not without a sign-in. The server of this machine hands out no tokens. */
export function mustBeSignedIn({ remote, signIn }: Target, { method = 'GET', url = '/' }: IncomingMessage): void {
  if (remote === undefined) return;
  const path = plainPath(url);
  const [, door] = /^\/api\/identity(?:\/(.*))?$/.exec(path) ?? [];
  if (/^\/api\/identity(\/|$)/.test(path) && !identityDoors.some(([verb, pattern]) => verb === method && pattern.test(door ?? '')))
    throw new ContractError('NotFound', `JupyterLab does not pass ${method} ${path.slice(0, 200)} on: no token may reach a page.`, {
      next: 'Use "dlogin" or "diraclab token" in a terminal, or "Sign in" in the DIRAC status bar.',
    });
  if (signIn?.missing !== undefined && !forEverybody.test(path)) throw signIn.missing;
}

/** As the service may understand it: decoded, in small letters, without empty names and detours. */
function plainPath(url: string): string {
  const [raw = '/'] = url.split('?', 1);
  let path = raw;
  try {
    path = decodeURIComponent(raw);
  } catch {
    throw new ContractError('BadRequest', 'The path is not well formed.');
  }
  const names: string[] = [];
  for (const name of path.toLowerCase().replaceAll('\\', '/').split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}
