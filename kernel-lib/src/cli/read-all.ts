import { addAbortSignal, type Readable } from 'node:stream';
import { usageError } from './exit-codes';

const mostBytes = 16 * 1024 * 1024;

/** All of a stream as text: a script or a list of ids, so 16 MiB is far more than anybody means. Ctrl-C ends the reading. */
export async function readAll(stream: Readable, name: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > mostBytes) throw usageError(`More than ${mostBytes} bytes came from ${name}.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
