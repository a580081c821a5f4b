import { ContractError } from '@diraclab/contract/errors';
import type { IncomingHttpHeaders } from 'node:http';

/** What decides whether a request may pass; nothing else of it is looked at. */
export interface Asked {
  method: string;
  isUpgrade: boolean;
  headers: IncomingHttpHeaders;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
const bodyTypes = new Set(['application/json', 'application/octet-stream']);
const next = 'Reload JupyterLab and try again. A program sends "Authorization: token <Lab\'s token>" and no cookies.';

/**
 * Lab's proxy has checked that the caller is signed in, but not that the caller's page is Lab's: a page elsewhere can make a browser send
 * Lab's cookies. So what changes something, and every WebSocket (which browsers let any page open), must show where it comes from.
 * Reading needs no proof: our GETs change nothing, and a foreign page cannot see the answer. Gives the refusal, or undefined.
 */
export function refusal({ method, isUpgrade, headers }: Asked): ContractError | undefined {
  if (!isUpgrade && safeMethods.has(method)) return undefined;
  const foreign = whyForeign(headers);
  if (foreign !== undefined)
    return new ContractError('NotAllowed', `${isUpgrade ? 'A WebSocket' : `A ${method} request`} was refused: ${foreign}.`, { next });
  return isUpgrade ? undefined : wrongBodyType(headers);
}

/** Why this cannot be taken for Lab's own page or a program of the user; undefined when it can. The strongest sign a browser gives decides. */
function whyForeign(headers: IncomingHttpHeaders): string | undefined {
  const site = one(headers['sec-fetch-site']);
  if (site === 'same-origin' || site === 'none') return undefined;
  if (site !== undefined) return `the browser says it comes from another site (Sec-Fetch-Site: ${site.slice(0, 20)})`;
  // Only Lab's own pages can read the cookie and set the header: a foreign page would need a CORS permission nobody gives.
  if (hasXsrfToken(headers)) return undefined;
  const origin = one(headers.origin);
  if (origin !== undefined) return isOwnOrigin(origin, headers) ? undefined : `it comes from a page of ${origin.slice(0, 100)}, not of Lab`;
  if (headers.cookie !== undefined) return 'it carries a cookie but neither Origin, Sec-Fetch-Site nor X-XSRFToken says which page sent it';
  return /^(token|bearer) \S/i.test(headers.authorization ?? '')
    ? undefined
    : "it has neither a browser's Origin nor a program's Authorization header";
}

function wrongBodyType(headers: IncomingHttpHeaders): ContractError | undefined {
  const type = headers['content-type'];
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') > 0;
  if (type === undefined && !hasBody) return undefined;
  // The types an HTML form can send are not among these.
  const name = type?.split(';', 1)[0]?.trim().toLowerCase();
  if (name !== undefined && bodyTypes.has(name)) return undefined;
  return new ContractError('NotAllowed', `A body of type ${name?.slice(0, 60) ?? '(none given)'} is refused.`, {
    next: 'Send Content-Type: application/json, or application/octet-stream for bytes.',
  });
}

function hasXsrfToken(headers: IncomingHttpHeaders): boolean {
  const sent = one(headers['x-xsrftoken']);
  if (sent === undefined || sent === '') return false;
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  // A second _xsrf cookie may be tossed in from a neighbouring host: all must agree.
  const values = cookies
    .filter((cookie) => cookie.startsWith('_xsrf='))
    .map((cookie) => cookie.slice('_xsrf='.length).replace(/^"(.*)"$/, '$1'));
  return values.length > 0 && values.every((value) => value === sent);
}

/** Whether the page's origin is the host the browser asked. `https://x` and host `x:443` are one; letter case does not matter. */
export function isOwnOrigin(origin: string, headers: IncomingHttpHeaders): boolean {
  const originHost = hostOf(origin);
  const scheme = origin.split(':', 1)[0] ?? '';
  const ownHosts = [headers.host, first(headers['x-forwarded-host'])];
  return originHost !== undefined && ownHosts.some((own) => own !== undefined && hostOf(`${scheme}://${own}`) === originHost);
}

function hostOf(origin: string): string | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.host !== '' ? url.host : undefined;
}

const one = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : value?.join(','));
const first = (value: string | string[] | undefined): string | undefined => one(value)?.split(',', 1)[0]?.trim();
