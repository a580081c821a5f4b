import { ContractError } from '@diraclab/contract/errors';
import type { IncomingMessage } from 'node:http';

const mostBytes = 16_384;

/** A small JSON object; what may-pass.ts lets through besides, bytes, is refused here. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new ContractError('BadRequest', 'Send Content-Type: application/json.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new ContractError('TooLarge', `The body is larger than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new ContractError('BadRequest', 'The body is no JSON object.');
}
