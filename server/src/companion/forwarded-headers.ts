import type { Target } from './target.ts';

/** Belong to one connection, not to the message (RFC 9110, 7.6.1). */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Lab's secrets, or places where its `?token=` turns up; none is the server's business. `expect` was answered by us. */
const labOnly = ['cookie', 'authorization', 'x-xsrftoken', 'referer', 'expect'];

/** Say where this Lab is, which a service need not know; and its own host decides which site of a shared proxy answers. */
const ofThisLab = [
  'host',
  'origin',
  'forwarded',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'x-forwarded-port',
];

/** A service speaks here as Lab's own origin: what it sets for itself must not be set for Lab. */
const ofThatService = [
  'set-cookie',
  'www-authenticate',
  'strict-transport-security',
  'clear-site-data',
  'alt-svc',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
];

/** A request's raw headers (`[name, value, name, value…]`) as the server shall get them: Lab's credentials out, the server's token in. */
export function forwardedRequestHeaders(raw: readonly string[], { token, remote }: Pick<Target, 'token' | 'remote'>): string[] {
  const dropped = [...hopByHop, ...labOnly];
  const credentials = token === undefined ? [] : ['Authorization', `Bearer ${token}`];
  if (remote === undefined) return [...without(raw, dropped), ...credentials];
  return ['Host', remote.host, ...without(raw, [...dropped, ...ofThisLab]), ...credentials];
}

export function forwardedAnswerHeaders(raw: readonly string[], { remote }: Pick<Target, 'remote'> = {}): string[] {
  return without(raw, remote === undefined ? hopByHop : [...hopByHop, ...ofThatService]);
}

/** Path and query without Lab's credentials in the query; below a service's own path. */
export function forwardedPath(url: string, { remote }: Pick<Target, 'remote'> = {}): string {
  const [own = '/', ...rest] = url.split('?');
  const path = `${remote?.basePath ?? ''}${own}`;
  const query = rest.join('?').split('&');
  const kept = query.filter((pair) => !/^(token|_xsrf)(=|$)/.test(pair));
  return kept.length === 0 || kept.join('') === '' ? path : `${path}?${kept.join('&')}`;
}

function without(raw: readonly string[], names: readonly string[]): string[] {
  const dropped = new Set([...names, ...namedByConnection(raw)]);
  const kept: string[] = [];
  for (const [name, value] of pairs(raw)) if (!dropped.has(name.toLowerCase())) kept.push(name, value);
  return kept;
}

/** What the Connection header names is hop-by-hop too. Framing and addressing cannot be named away. */
function namedByConnection(raw: readonly string[]): string[] {
  return pairs(raw)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => name !== 'content-length' && name !== 'host' && name !== 'content-type');
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) found.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return found;
}
