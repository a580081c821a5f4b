import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from '../logger.ts';

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** Certificates are renewed by programs that replace files, not by events that reach us. */
export const certificateEveryMs = 10_000;
/** An operator is warned from then on, once a day. */
const warnBeforeMs = 14 * 86_400_000;

/** Throws one sentence where the files are no certificate and key that belong together. */
export async function readTls({ certFile, keyFile }: TlsFiles): Promise<Pair> {
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((error: Error) => {
      throw new Error(`The file ${path} of tls cannot be read: ${error.message}.`, { cause: error });
    });
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  try {
    createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new Error(`${certFile} and ${keyFile} are no certificate and key that belong together: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return { cert, key };
}

/** Takes new files into use for new connections; while they do not fit (one was replaced, the other not yet) the old ones serve on. */
export function createCertificateAgent(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  first: Pair,
  logger: Logger,
): () => Promise<void> {
  const fingerprint = ({ cert, key }: Pair): string => createHash('sha256').update(cert).update(key).digest('hex');
  let used = fingerprint(first);
  let warnedMs = -Infinity;
  return async () => {
    const pair = await readTls(files);
    if (fingerprint(pair) !== used) {
      server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
      used = fingerprint(pair);
      logger.info({ certFile: files.certFile }, 'the renewed certificate is in use');
    }
    const { validTo } = new X509Certificate(pair.cert);
    if (Date.parse(validTo) - Date.now() < warnBeforeMs && Date.now() - warnedMs > 86_400_000) {
      warnedMs = Date.now();
      logger.warn({ certFile: files.certFile, validTo }, 'the certificate ends soon; renew it');
    }
  };
}
