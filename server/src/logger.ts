import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * Structured lines on standard error; standard output is for the one line `listening on …`.
 * Headers and bodies are never logged; what might still carry a secret by name is censored.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: ['token', '*.token', 'authorization', '*.authorization', 'password', '*.password'], censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
