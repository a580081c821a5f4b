import { createPersonalToken, listPersonalTokens, revokePersonalToken, type Scope } from '@diraclab/contract';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openClient } from '../../connection';
import { exitCodes, usageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { json, say } from '../text/printable';
import { prettyTable } from '../text/table';
import { diracTime } from '../text/time';

export interface TokenOptions {
  scopes?: string;
  days?: string;
  out?: string;
  json?: true;
}

const secondsPerDay = 86_400;
const defaultDays = '30';

/** `diraclab token create NAME | list | revoke ID`. */
export async function token([word = 'list', name, ...more]: readonly string[], options: TokenOptions, io: Io): Promise<ExitCode> {
  const takesName = word === 'create' || word === 'revoke';
  if (!['create', 'list', 'revoke'].includes(word) || more.length > 0 || takesName !== (name !== undefined))
    throw usageError('Say "diraclab token create NAME", "diraclab token list" or "diraclab token revoke ID".');
  if (word === 'create') return create(name ?? '', options, io);
  return word === 'revoke' ? revoke(name ?? '', io) : list(options, io);
}

async function create(name: string, { scopes = '', days = defaultDays, out, json: asJson }: TokenOptions, io: Io): Promise<ExitCode> {
  const wanted = scopes.split(',').map((scope) => scope.trim());
  if (scopes === '')
    throw usageError('What may the token do? Name it with --scopes.', 'For example --scopes jobs:read,jobs:write; the fewer, the better.');
  if (!/^\d{1,4}(\.\d+)?$/.test(days)) throw usageError(`--days ${days} is not a number of days.`);
  // The file is made first: a token that cannot be put away must not be made.
  const file = out === undefined ? undefined : await openNew(resolve(io.cwd, out));
  try {
    const client = await openClient(io.env);
    const body = { name, scopes: wanted as Scope[], expiresInS: Math.round(Number(days) * secondsPerDay) };
    const made = await client(createPersonalToken, { body }, { signal: io.signal });
    await file?.writeFile(`${made.token}\n`);
    const { token: secret, ...rest } = made;
    if (asJson) io.print(json({ v: 1, ...rest, ...(file === undefined ? { token: secret } : {}) }, 1));
    else if (file === undefined) io.print(say`${secret}`);
    io.note(say`Token ${made.tokenId} (${made.scopes.join(', ')}) holds until ${diracTime(made.expiresTime)} UTC. It is shown this once.`);
    if (file === undefined) io.note(say`  Keep it in a file that only you can read; scripts name that file in DIRACLAB_TOKEN_FILE.`);
  } finally {
    await file?.close();
  }
  return exitCodes.ok;
}

async function openNew(path: string) {
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`${path} cannot be made (${error.code ?? error.message}).`, 'Name a file that is not there yet.');
  });
}

async function list({ json: asJson }: TokenOptions, io: Io): Promise<ExitCode> {
  const client = await openClient(io.env);
  const { tokens } = await client(listPersonalTokens, {}, { signal: io.signal });
  if (asJson) io.print(json({ v: 1, tokens }, 1));
  else if (tokens.length === 0) io.note(say`You have no personal tokens.`);
  else {
    const columns = ['TokenID', 'Name', 'Scopes', 'VO', 'OwnerGroup', 'ExpiresTime'].map((name) => ({ name }));
    const rows = tokens.map((one) => [one.tokenId, one.name, one.scopes.join(','), one.vo, one.ownerGroup, diracTime(one.expiresTime)]);
    io.print(prettyTable(columns, rows));
  }
  return exitCodes.ok;
}

async function revoke(tokenId: string, io: Io): Promise<ExitCode> {
  const client = await openClient(io.env);
  await client(revokePersonalToken, { params: { tokenId } }, { signal: io.signal });
  io.note(say`Token ${tokenId} opens nothing any more, within a minute everywhere.`);
  return exitCodes.ok;
}
