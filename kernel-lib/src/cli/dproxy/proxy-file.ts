import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../exit-codes';
import type { Io } from '../io';
import { say } from '../text/printable';

/** What the server takes. */
const longestBytes = 65_536;

/** What was named, or where voms-proxy-init puts it. */
export async function readProxyFile(named: string | undefined, io: Io): Promise<string> {
  const standard = io.env['X509_USER_PROXY'] || `/tmp/x509up_u${process.getuid?.() ?? 0}`;
  const path = resolve(io.cwd, named ?? standard);
  const file = await open(path, 'r').catch((error: Error) => {
    throw usageError(
      `The proxy ${path} cannot be read: ${error.message}.`,
      'voms-proxy-init -rfc makes one; dproxy upload FILE takes another.',
    );
  });
  try {
    const { mode, size } = await file.stat();
    if (size > longestBytes) throw usageError(`${path} is no proxy: it has ${size} bytes.`);
    if ((mode & 0o077) !== 0) io.note(say`dproxy: ${path} can be read by others on this machine; chmod 600 it.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
