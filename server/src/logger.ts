import { pino, stdSerializers } from 'pino';
import type { DestinationStream, Logger } from 'pino';

export type { Logger } from 'pino';

/** A line is for reading: an error with a statement of 10,000 places, or with what a user sent, is cut. */
const longestText = 2_000;
const deepest = 6;

function shortened(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.length <= longestText ? value : `${value.slice(0, longestText)}… (${value.length} characters)`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => shortened(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item, depth + 1)]));
}

/**
 * Structured lines on standard error; standard output is for the one line `listening on …`.
 * Headers and bodies are never logged; what might still carry a secret by name is censored.
 */
export function createLogger(level: string, destination: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: (error: Error) => shortened(stdSerializers.err(error)) },
      redact: { paths: ['token', '*.token', 'authorization', '*.authorization', 'password', '*.password'], censor: '[secret]' },
    },
    destination,
  );
}
