import { userInfo } from 'node:os';
import { help, readArguments, UsageError } from './arguments.ts';
import { createLog, messageOf } from './log.ts';
import { runPilot } from './pilot.ts';
import { readToken } from './token.ts';

/** When all else hangs, the guard ends the payloads anyway. */
const endWithinMs = 4900;

// Who reads our lines may be gone (a server killed with -9) while payloads go on.
process.stderr.on('error', () => undefined);
const log = createLog((line) => process.stderr.write(line));

async function main(): Promise<number> {
  const settings = readArguments(process.argv.slice(2));
  if (settings === undefined) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
      setTimeout(() => process.exit(0), endWithinMs).unref();
    });
  }
  const token = await readToken(process.stdin);
  return runPilot(settings, { token, log, nodeEnvironment: { USER: userName(), ...process.env }, stop: stop.signal });
}

/** Undefined in a container that runs as a number without a name. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`pilot: ${error.message}\nTry --help.\n`);
      process.exit(2);
    }
    log.error('pilot-failed', { detail: messageOf(error) });
    process.exit(1);
  },
);
