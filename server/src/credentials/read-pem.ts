import { ContractError } from '@diraclab/contract';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readParts } from './certificate-parts.ts';
import type { CertificateParts } from './certificate-parts.ts';

export interface Certificate extends CertificateParts {
  x509: X509Certificate;
}

export interface ProxyPem {
  key: KeyObject;
  /** The proxy first, each signed by the next. */
  chain: readonly Certificate[];
}

const howToMake = 'Make one with voms-proxy-init -rfc (or arcproxy), and send the file it writes: certificate, key, chain.';

/** Why this file is not taken. Never with what stands in it: it is a secret. */
export const refuse = (detail: string, next = howToMake, cause?: unknown): ContractError =>
  new ContractError('BadRequest', detail, { next, cause });

/** More than any delegation needs. */
const mostCertificates = 10;

export function readPem(pem: string): ProxyPem {
  const blocks = blocksOf(pem);
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  if (certificates.length === 0) throw refuse('There is no certificate in this PEM text.');
  if (certificates.length > mostCertificates) throw refuse(`There are ${certificates.length} certificates; at most ${mostCertificates}.`);
  if (keys.length !== 1) throw refuse(`There must be one private key, and there are ${keys.length}.`);
  return { key: readKey(keys[0]?.text ?? ''), chain: certificates.map(({ text }, at) => toCertificate(text, at)) };
}

/** By splitting, not by a pattern: text that is not PEM costs no more than its length. */
export function blocksOf(pem: string): { label: string; text: string }[] {
  return pem
    .split('-----BEGIN ')
    .slice(1)
    .map((piece) => {
      const label = piece.slice(0, Math.max(0, piece.indexOf('-----')));
      const closing = `-----END ${label}-----`;
      const end = piece.indexOf(closing);
      if (!/^[A-Z0-9 ]{1,40}$/.test(label) || end < 0) throw refuse('This is not well-formed PEM text: a block has no end.');
      return { label, text: `-----BEGIN ${piece.slice(0, end + closing.length)}\n` };
    });
}

function readKey(text: string): KeyObject {
  if (text.includes('ENCRYPTED'))
    throw refuse('The private key has a passphrase: this is a person’s own key, which must stay where it is. A proxy has one without.');
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw refuse('The private key cannot be read.', howToMake, cause);
  }
}

function toCertificate(text: string, at: number): Certificate {
  try {
    const x509 = new X509Certificate(text);
    return { x509, ...readParts(x509.raw) };
  } catch (cause) {
    throw refuse(`Certificate ${at + 1} of the file cannot be read.`, howToMake, cause);
  }
}
