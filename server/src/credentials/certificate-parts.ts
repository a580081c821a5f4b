import { isConstructed, oid, readDer } from './der.ts';
import type { Der } from './der.ts';

const sequence = 0x30;
const octetString = 0x04;
const integer = 0x02;
const objectId = 0x06;
const versionTag = 0xa0;
const extensionsTag = 0xa3;

const proxyCertInfo = oid('1.3.6.1.5.5.7.1.14');
const vomsExtension = oid('1.3.6.1.4.1.8005.100.100.5');
const vomsAttributes = oid('1.3.6.1.4.1.8005.100.100.4');
const commonName = oid('2.5.4.3');

/** What Node's X509Certificate does not tell. */
export interface CertificateParts {
  /** The relative names in order, as their bytes in hexadecimal. */
  issuer: readonly string[];
  subject: readonly string[];
  /** The last relative name of the subject is one CN. */
  endsInCommonName: boolean;
  /** RFC 3820; undefined where it is no proxy. */
  proxy: { longestPathBelow: number } | undefined;
  fqans: readonly string[];
}

/** Throws where it is no certificate of version 3. */
export function readParts(raw: Buffer): CertificateParts {
  const fields = childrenOf(childrenOf(readDer(raw)[0])[0]);
  const at = fields[0]?.tag === versionTag ? 1 : 0;
  const [, , issuer, , subject] = fields.slice(at);
  if (issuer?.tag !== sequence || subject?.tag !== sequence) throw new Error('not a certificate');
  const extensions = childrenOf(childrenOf(fields.find(({ tag }) => tag === extensionsTag))[0]);
  const names = childrenOf(subject);
  return {
    issuer: childrenOf(issuer).map(toHex),
    subject: names.map(toHex),
    endsInCommonName: isCommonName(names.at(-1)),
    proxy: readProxyInfo(valueOf(extensions, proxyCertInfo)),
    fqans: readFqans(valueOf(extensions, vomsExtension)),
  };
}

const childrenOf = (of: Der | undefined): Der[] => (of === undefined || !isConstructed(of) ? [] : readDer(of.content));
const toHex = ({ whole }: Der): string => whole.toString('hex');

function isCommonName(relativeName: Der | undefined): boolean {
  const attributes = childrenOf(relativeName);
  return attributes.length === 1 && childrenOf(attributes[0])[0]?.content.equals(commonName) === true;
}

function valueOf(extensions: readonly Der[], id: Buffer): Buffer | undefined {
  for (const extension of extensions) {
    const [name, ...rest] = childrenOf(extension);
    if (name?.content.equals(id) === true) return rest.find(({ tag }) => tag === octetString)?.content;
  }
  return undefined;
}

function readProxyInfo(value: Buffer | undefined): CertificateParts['proxy'] {
  if (value === undefined) return undefined;
  const [first] = childrenOf(readDer(value)[0]);
  if (first?.tag !== integer) return { longestPathBelow: Infinity };
  if (first.content.length === 0 || first.content.length > 4) throw new Error('a path length that is no number');
  return { longestPathBelow: first.content.readIntBE(0, first.content.length) };
}

/** More than any VO gives to one person; what is beyond is not shown. */
const mostFqans = 50;
const deepest = 24;

/** Unchecked: shown to the owner, and nothing follows from them. A form that we do not know shows none. */
function readFqans(value: Buffer | undefined): string[] {
  if (value === undefined) return [];
  const found: string[] = [];
  const visit = (elements: readonly Der[], inside: boolean, depth: number): void => {
    const named = inside || elements.some(({ tag, content }) => tag === objectId && content.equals(vomsAttributes));
    for (const element of elements) {
      if (found.length >= mostFqans) return;
      if (isConstructed(element) && depth < deepest) visit(readDer(element.content), named, depth + 1);
      else if (named && element.tag === octetString) {
        const text = element.content.toString('utf8');
        if (/^\/[\x20-\x7e]{1,254}$/.test(text)) found.push(text);
      }
    }
  };
  try {
    visit(readDer(value), false, 0);
  } catch {
    return [];
  }
  return found;
}
