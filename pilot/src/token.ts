import type { Readable } from 'node:stream';
import { UsageError } from './arguments.ts';

/** Far more than any token has. */
const longestTokenBytes = 16 * 1024;

/**
 * The first line of standard input: the one way in that neither `ps`, nor the environment of a child, nor a file shows.
 * The stream is let go afterwards; whoever held its other end may die without the pilot noticing.
 */
export async function readToken(input: Readable): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > longestTokenBytes) break;
  }
  const token = text.split('\n', 1)[0]?.trim() ?? '';
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > longestTokenBytes) {
    throw new UsageError('no token: the first line of standard input must be the token of this pilot');
  }
  return token;
}
