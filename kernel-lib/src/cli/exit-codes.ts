/** What a script may rely on; the meaning of a number never changes. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  partlyDone: 3,
  notFound: 4,
  signIn: 5,
  notAllowed: 6,
  unreachable: 7,
  timedOut: 8,
  jobFailed: 9,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** In words, for `--help`. */
export const exitCodeWords: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed',
  2: 'the command line, or a file it names, is not right',
  3: 'partly done: the messages say what is left',
  4: 'no such job',
  5: 'not signed in',
  6: 'not allowed',
  7: 'the server cannot be reached',
  8: 'timed out',
  9: 'a job that was waited for failed',
  130: 'interrupted by Ctrl-C',
};

/** A failure that this program found by itself. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** What to do now. */
  readonly next: string | undefined;
  constructor(exitCode: ExitCode, message: string, next?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.next = next;
  }
}

export const usageError = (message: string, next?: string): CliError => new CliError(exitCodes.usage, message, next);

const byCode: Readonly<Record<string, ExitCode>> = {
  BadRequest: exitCodes.usage,
  NotSignedIn: exitCodes.signIn,
  SignInExpired: exitCodes.signIn,
  SignInRefused: exitCodes.notAllowed,
  NotAllowed: exitCodes.notAllowed,
  NotFound: exitCodes.notFound,
  NotReady: exitCodes.unreachable,
  ServerUnreachable: exitCodes.unreachable,
  ETIMEDOUT: exitCodes.timedOut,
  ABORT_ERR: exitCodes.interrupted,
};

/** Told by `code`, not by class: loading the contract to ask `instanceof` would cost every `--help` its 40 ms. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError') return exitCodes.interrupted;
  const code = codeOf(error);
  return (code === undefined ? undefined : byCode[code]) ?? exitCodes.failure;
}

/** When some of many things failed: partly done if one succeeded, else what they failed of when that is the same for all. */
export function combineExitCodes(succeeded: number, failures: readonly ExitCode[]): ExitCode {
  const [first] = failures;
  if (first === undefined) return exitCodes.ok;
  if (succeeded > 0) return exitCodes.partlyDone;
  return failures.every((code) => code === first) ? first : exitCodes.failure;
}

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
