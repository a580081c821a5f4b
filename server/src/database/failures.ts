import { ContractError } from '@diraclab/contract';

/**
 * What went wrong, in the two databases' own numbers: SQLite's result codes (`errcode`, https://sqlite.org/rescode.html), PostgreSQL's
 * SQLSTATE and Node's socket errors (`code`). A wrapped error is found by its causes.
 */
function some(error: unknown, test: (errcode: number | undefined, code: string, message: string) => boolean): boolean {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 8; at = 'cause' in at ? at.cause : undefined, depth++) {
    const errcode = 'errcode' in at && typeof at.errcode === 'number' ? at.errcode : undefined;
    const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
    const message = 'message' in at && typeof at.message === 'string' ? at.message : '';
    if (test(errcode, code, message)) return true;
  }
  return false;
}

const sqlite = { busy: 5, locked: 6, full: 13, primaryKey: 1555, unique: 2067, rowId: 2579 };
/** The low byte is the family; the rest says which of it (BUSY_SNAPSHOT, IOERR_WRITE …). */
const family = (errcode: number | undefined) => (errcode === undefined ? undefined : errcode & 0xff);

export function isUniqueViolation(error: unknown): boolean {
  return some(
    error,
    (errcode, code) => errcode === sqlite.unique || errcode === sqlite.primaryKey || errcode === sqlite.rowId || code === '23505',
  );
}

/** Another transaction was in the way and nothing was kept: the same work may succeed now. */
export function isConflict(error: unknown): boolean {
  return some(
    error,
    (errcode, code) => family(errcode) === sqlite.busy || family(errcode) === sqlite.locked || code === '40001' || code === '40P01',
  );
}

export function isStorageFull(error: unknown): boolean {
  return some(error, (errcode, code) => family(errcode) === sqlite.full || code === '53100' || code === 'ENOSPC');
}

/** What SQLite's thread says of a read that was ended at its time; PostgreSQL has 57014. */
export const outOfTimeCode = 'DIRACLAB_OUT_OF_TIME';

/** A read of {@link within} took longer than it may. */
export function isOutOfTime(error: unknown): boolean {
  return some(error, (_errcode, code) => code === outOfTimeCode || code === '57014');
}

const lostCodes = /^(08...|57P0[1-5]|53300|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/;
/** What `pg` says without a code when a socket closed under it. */
const lostMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect)/;

/** PostgreSQL went away, restarts or takes no more connections. */
export function isConnectionLost(error: unknown): boolean {
  return some(error, (_errcode, code, message) => lostCodes.test(code) || (code === '' && lostMessages.test(message)));
}

/** The failures that a client should hear of by name; every other stays what it is. */
export function forClients(error: unknown, when: 'before commit' | 'at commit' = 'before commit'): unknown {
  if (error instanceof ContractError) return error;
  if (isStorageFull(error)) {
    return new ContractError('StorageFull', 'The database has no space left; nothing of this was kept.', {
      next: "Free space on the disk of the server's database, then try again.",
      cause: error,
    });
  }
  if (isConnectionLost(error)) {
    const outcome = when === 'at commit' ? ' while it committed: whether this was kept is not known.' : '; nothing of this was kept.';
    return new ContractError('NotReady', `The connection to the database was lost${outcome}`, {
      next: when === 'at commit' ? 'Repeat the call with the same idempotency key.' : 'Try again in a moment.',
      cause: error,
    });
  }
  return error;
}
