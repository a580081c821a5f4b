import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blocksOf } from './read-pem.ts';

/**
 * The CAs of a directory as grid sites have it (`/etc/grid-security/certificates`). Read at each upload: uploads are rare, and CAs come and go
 * while the server runs.
 */
export async function readTrustedCas(directory: string): Promise<X509Certificate[]> {
  const names = (await readdir(directory)).filter((name) => /\.(pem|crt|\d)$/.test(name)).sort();
  const found = new Map<string, X509Certificate>();
  for (const name of names) {
    for (const certificate of readAll(await readFile(join(directory, name), 'utf8'))) found.set(certificate.fingerprint256, certificate);
  }
  if (found.size === 0) throw new Error(`There is no CA certificate in ${directory} (trustedCasDirectory).`);
  return [...found.values()];
}

/** A file that is none, or that OpenSSL cannot read, trusts nobody. */
function readAll(text: string): X509Certificate[] {
  try {
    return blocksOf(text)
      .filter(({ label }) => label === 'CERTIFICATE')
      .map((block) => new X509Certificate(block.text));
  } catch {
    return [];
  }
}
