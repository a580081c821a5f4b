const loopbacks = ['127.0.0.1', '[::1]', 'localhost'];
/** Encoded slashes, dots and backslashes: another reader of this path might see other segments than we do. */
const ambiguous = /%2f|%5c|%2e|\\/i;

/**
 * May a code be sent there? To this machine on any port (RFC 8252: whoever gets it needs the verifier, too, and the person was asked), else
 * only below one of the addresses of Labs in the configuration. `*` in those stands for one segment of the path.
 */
export function isRedirectAllowed(text: string, labUrls: readonly string[]): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What is written must be what is meant: no `..`, no other spelling of the host, nothing after a hash.
  if (
    url === undefined ||
    url.href !== text ||
    url.username !== '' ||
    url.password !== '' ||
    text.includes('#') ||
    ambiguous.test(url.pathname)
  )
    return false;
  if (url.protocol === 'http:' && loopbacks.includes(url.hostname)) return true;
  return labUrls.some((labUrl) => isBelow(url, labUrl));
}

function isBelow(url: URL, labUrl: string): boolean {
  const lab = new URL(labUrl);
  if (url.origin !== lab.origin) return false;
  const wanted = lab.pathname.replace(/\/$/, '').split('/');
  const given = url.pathname.split('/');
  return given.length > wanted.length && wanted.every((segment, i) => (segment === '*' ? (given[i] ?? '') !== '' : segment === given[i]));
}

/** The person's answer on its way back to the Lab. */
export function redirectWith(redirectUri: string, fields: Readonly<Record<string, string>>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}
