import type { X509Certificate } from 'node:crypto';
import { refuse } from './read-pem.ts';
import type { Certificate, ProxyPem } from './read-pem.ts';

/** A campaign lasts weeks; whoever steals what a worker node was given has it no longer than this. */
export const longestProxyDays = 31;
const dayMs = 86_400_000;
/** Of clocks that differ. */
const skewMs = 300_000;

export interface CheckedProxy {
  /** Unmistakable: one relative name a line. Whose proxy it is. */
  identity: string;
  subject: string;
  issuer: string;
  notAfterMs: number;
  fqans: readonly string[];
  /** Proxy, key, chain, as programs on worker nodes expect it; nothing else of the file. */
  pem: string;
}

/** Undefined: no directory of CAs is configured, and who signed the person's certificate is not asked. */
export type TrustedCas = readonly X509Certificate[] | undefined;

/** Throws what is wrong, in words. Revocation lists are not looked at: whoever takes the proxy does, at that moment. */
export function checkProxy({ key, chain }: ProxyPem, trusted: TrustedCas, nowMs: number): CheckedProxy {
  const [leaf] = chain;
  if (leaf === undefined) throw refuse('There is no certificate in this PEM text.');
  if (!leaf.x509.checkPrivateKey(key)) throw refuse('The private key does not belong to the first certificate of the file.');
  if (leaf.proxy === undefined) throw refuse(whyNoProxy(leaf));
  const length = chain.findIndex(({ proxy }) => proxy === undefined);
  const person = chain[length];
  if (person === undefined) throw refuse('The chain is not whole: the certificate of the person who made the proxy is missing.');
  chain.slice(0, length).forEach((proxy, at) => checkLink(proxy, chain[at + 1] ?? person, at));
  if (person.x509.ca) throw refuse('The proxy was made with a CA’s certificate, not with a person’s.');
  const rest = chain.slice(length + 1).map(({ x509 }) => x509);
  const { between, anchor } = pathTo(person.x509, rest, trusted, nowMs);
  const sent = [...chain.slice(0, length + 1).map(({ x509 }) => x509), ...between];
  const notAfterMs = checkTimes(anchor === undefined ? sent : [...sent, anchor], nowMs);
  const identity = person.x509.subject;
  if (identity.length === 0 || identity.length > 1000)
    throw refuse('The name in the certificate is empty or longer than 1,000 characters.');
  const certificates = sent.map((one) => one.toString());
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  const pem = [certificates[0], keyPem, ...certificates.slice(1)].join('');
  // The innermost proxy that has attributes is the one that counts for programs.
  const fqans = chain.find((one) => one.fqans.length > 0)?.fqans ?? [];
  return { identity, subject: slashed(identity), issuer: slashed(person.x509.issuer), notAfterMs, fqans, pem };
}

/** As the grid writes names: `/DC=org/CN=alice`. For showing; a slash in a name is not told from one between names. */
export const slashed = (name: string): string => `/${name.split('\n').join('/')}`;

function whyNoProxy({ x509 }: Certificate): string {
  const last = x509.subject.split('\n').at(-1) ?? '';
  return /^CN=(limited )?proxy$/.test(last)
    ? 'This is a proxy of the old kind (before RFC 3820), which is not taken any more.'
    : 'The first certificate is not a proxy. A person’s own certificate and key must stay where they are.';
}

/** RFC 3820: the name is its maker's and one CN more, the maker signed it, and allowed so many below. */
function checkLink(proxy: Certificate, maker: Certificate, at: number): void {
  const where = `certificate ${at + 1} of the file`;
  const { subject } = proxy;
  const isOfMaker =
    same(proxy.issuer, maker.subject) && subject.length === maker.subject.length + 1 && same(subject.slice(0, -1), maker.subject);
  if (!isOfMaker || !proxy.endsInCommonName) throw refuse(`The chain is not in order: ${where} was not made by the one behind it.`);
  if (!proxy.x509.verify(maker.x509.publicKey)) throw refuse(`The signature of ${where} is not by the one behind it.`);
  if (at > (proxy.proxy?.longestPathBelow ?? 0)) throw refuse(`There are more proxies below ${where} than it allows.`);
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, at) => name === b[at]);

/** From the person's certificate up to one that is trusted; where nobody is asked, what came with it. */
function pathTo(
  person: X509Certificate,
  rest: readonly X509Certificate[],
  trusted: TrustedCas,
  nowMs: number,
): { between: readonly X509Certificate[]; anchor?: X509Certificate } {
  if (trusted === undefined) return { between: rest };
  // A CA that was renewed with the same key lies there twice.
  const anchors = trusted.filter(({ validToDate }) => validToDate.getTime() > nowMs);
  const between: X509Certificate[] = [];
  for (let below = person; ;) {
    const anchor = anchors.find((ca) => hasSigned(ca, below));
    if (anchor !== undefined) return { between, anchor };
    const next = rest.find((one) => !between.includes(one) && hasSigned(one, below));
    if (next === undefined)
      throw refuse(
        `The certificate was signed by ${slashed(below.issuer)}, which this service does not trust.`,
        'Ask its operators for the CAs they trust.',
      );
    between.push(next);
    below = next;
  }
}

const hasSigned = (ca: X509Certificate, below: X509Certificate): boolean => ca.ca && below.checkIssued(ca) && below.verify(ca.publicKey);

/** When the first of them ends. */
function checkTimes(path: readonly X509Certificate[], nowMs: number): number {
  const early = path.find(({ validFromDate }) => validFromDate.getTime() > nowMs + skewMs);
  if (early !== undefined) throw refuse(`${slashed(early.subject)} is not valid before ${early.validFromDate.toISOString()}.`);
  const ends = path.map(({ validToDate }) => validToDate.getTime());
  const notAfterMs = Math.min(...ends);
  if (notAfterMs <= nowMs)
    throw refuse(`${slashed(path[ends.indexOf(notAfterMs)]?.subject ?? '')} expired at ${new Date(notAfterMs).toISOString()}.`);
  if (notAfterMs > nowMs + longestProxyDays * dayMs + skewMs)
    throw refuse(
      `The proxy lasts longer than ${longestProxyDays} days, which is the most.`,
      'Make one with a shorter life: voms-proxy-init -rfc -hours 168.',
    );
  return notAfterMs;
}
