import { ContractError } from '@diraclab/contract';

/** Why a database cannot be opened: what was tried, on which thing, what to do now. No sentence holds a password. */
const refused = (detail: string, next: string, cause?: unknown) => new ContractError('NotReady', detail, { next, cause });

/** By its fields and not its class: Node's own errors are of another class than ours where code runs in a context of its own, as under Jest. */
function read(error: unknown): { code: string; errcode: number; message: string } {
  const { code, errcode, message } = (error ?? {}) as { code?: unknown; errcode?: unknown; message?: unknown };
  return { code: typeof code === 'string' ? code : '', errcode: typeof errcode === 'number' ? errcode : 0, message: String(message) };
}

export function refuseSqlite(error: unknown, path: string): unknown {
  const { code, errcode, message } = read(error);
  const family = errcode & 0xff;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return refused(`The folder of the SQLite file ${path} does not exist.`, 'Make the folder, or name another data directory.', error);
  }
  if (code === 'EISDIR')
    return refused(`${path} is a folder, not a SQLite file.`, 'Move the folder away, or name another data directory.', error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || family === 8 || family === 14) {
    return refused(
      `The SQLite file ${path} cannot be written (${message}).`,
      'Give the user of the server the right to write the file and its folder, or name another data directory.',
      error,
    );
  }
  if (family === 26 || family === 11) {
    return refused(
      `${path} is not a SQLite database, or it is damaged (${message}).`,
      'Restore it from a backup, or move it away: the server then starts with an empty one.',
      error,
    );
  }
  if (family === 5) {
    return refused(
      `Another program holds the SQLite file ${path} locked.`,
      'End that program (a backup, a SQLite shell), then start again.',
      error,
    );
  }
  if (family === 13 || code === 'ENOSPC') {
    return refused(`There is no space left for the SQLite file ${path}.`, 'Free space on its disk, then start again.', error);
  }
  if (message.startsWith('journal mode is')) {
    return refused(
      `The file system of ${path} cannot hold a write-ahead log (${message}).`,
      'Put the data directory on a local disk; network file systems cannot hold it.',
      error,
    );
  }
  return error;
}

export interface PostgresTarget {
  host: string;
  port: number;
  database: string | undefined;
  user: string | undefined;
}

export function refusePostgresUrl(): ContractError {
  // The URL is not repeated: it may hold a password.
  return refused('The database URL is not one of PostgreSQL.', 'Write it as postgres://user:password@host:5432/database.');
}

export function refusePostgres(error: unknown, { host, port, database, user }: PostgresTarget): unknown {
  const { code, message } = read(error);
  const where = `PostgreSQL at ${host}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return refused(`Nothing answers for ${where} (${code}).`, 'Start PostgreSQL, or correct host and port in the database URL.', error);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return refused(`The host ${host} of the database URL is not known (${code}).`, 'Correct the host, or the name service.', error);
    case '28P01':
      return refused(`${where} does not accept the password of user ${user}.`, 'Correct user and password in the database URL.', error);
    case '28000':
      return refused(`${where} does not let user ${user} in (${message}).`, 'Correct the user, or have the operator allow it.', error);
    case '3D000':
      return refused(`${where} has no database ${database}.`, `Create it (createdb ${database}), or correct the database URL.`, error);
    case '42501':
      return refused(
        `User ${user} may not make tables in database ${database} of ${where}.`,
        'Make the user owner of the database.',
        error,
      );
    case '53300':
      return refused(`${where} has no free connection (${message}).`, 'Raise its max_connections, or end other clients.', error);
    case '57P03':
      return refused(`${where} is starting or stopping (${message}).`, 'Try again in a moment.', error);
    default:
      if (/timeout/i.test(message) || code === 'ETIMEDOUT' || code === 'EHOSTUNREACH') {
        return refused(`${where} did not answer in time.`, 'Check host, port and firewall.', error);
      }
      if (/password must be a string|SASL|no password/i.test(message)) {
        return refused(`${where} asks for a password of user ${user}, and the URL has none.`, 'Put it into the database URL.', error);
      }
      return error;
  }
}
