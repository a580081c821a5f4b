/**
 * Every way to fail on purpose. A code is for programs and never changes its meaning; `detail` is for people and says what was tried,
 * on which thing; `next` says what to do now. The HTTP status lives here because clients without our code see only that.
 */
export const errorCodes = {
  BadRequest: { status: 400, title: 'The request is not well formed' },
  NotSignedIn: { status: 401, title: 'No valid credentials' },
  NotAllowed: { status: 403, title: 'Not allowed' },
  // Absent and forbidden objects answer alike, so that nobody can enumerate another's jobs.
  NotFound: { status: 404, title: 'No such object' },
  IllegalTransition: { status: 409, title: 'Not possible in this state' },
  RegistryChanged: { status: 409, title: 'Somebody else changed this meanwhile' },
  KeyReused: { status: 409, title: 'The idempotency key was used for something else' },
  VersionConflict: { status: 409, title: 'Somebody else changed it meanwhile' },
  TooLarge: { status: 413, title: 'Too large' },
  DigestMismatch: { status: 422, title: 'The bytes do not have the announced digest' },
  MissingSandboxFile: { status: 422, title: 'A file of the input sandbox was not uploaded' },
  NeverFits: { status: 422, title: 'No resource can ever run this' },
  OutOfTime: { status: 422, title: 'The search takes too long' },
  StalePilot: { status: 403, title: 'This pilot is not known any more' },
  NotReady: { status: 503, title: 'The server is not ready' },
  StorageFull: { status: 507, title: 'No space left for this' },
  // The device flow's answers (RFC 8628) and the ends of a sign-in.
  SignInPending: { status: 400, title: 'Not confirmed yet' },
  SlowDown: { status: 429, title: 'Asked too soon' },
  SignInExpired: { status: 401, title: 'The sign-in has ended' },
  SignInRefused: { status: 403, title: 'The sign-in was refused' },
  TooManyRequests: { status: 429, title: 'Too many requests' },
  ServerFault: { status: 500, title: 'The server made a mistake' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** A failure on purpose, from the closed list; crosses the wire as RFC 9457 problem+json ({@link Problem}) and back. */
export class ContractError extends Error {
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly ids: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, detail: string, more: { next?: string; ids?: Record<string, string | number>; cause?: unknown } = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ContractError';
    this.code = code;
    this.next = more.next;
    this.ids = more.ids ?? {};
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** The body of every answer that is not a success (`application/problem+json`). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  next?: string;
  ids?: Record<string, string | number>;
}

export function toProblem(error: ContractError): Problem {
  const { status, title } = errorCodes[error.code];
  return {
    type: `urn:diraclab:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    ...(error.next === undefined ? {} : { next: error.next }),
    ...(Object.keys(error.ids).length === 0 ? {} : { ids: { ...error.ids } }),
  };
}

export function fromProblem(problem: Problem): ContractError {
  return new ContractError(problem.code, problem.detail, {
    ...(problem.next === undefined ? {} : { next: problem.next }),
    ...(problem.ids === undefined ? {} : { ids: problem.ids }),
  });
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(errorCodes, value.code) &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}
