import { createHash, timingSafeEqual } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Db } from '../database/port.ts';
import type { Caller, FindCaller } from './caller.ts';
import { createFindPilot } from './pilot-tokens.ts';

export { hashToken } from './pilot-tokens.ts';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The one person of a laptop: may everything with the own jobs. */
export function laptopUser(): Caller {
  return {
    kind: 'user',
    owner: userInfo().username,
    ownerGroup: 'laptop_user',
    vo: 'laptop',
    properties: new Set(['NormalUser', 'JobAdministrator', 'VOManager', 'Operator'] as const),
  };
}

/** Laptop mode: the token in the data directory is the person's, every other token must be a pilot's. Hashes are compared in constant time. */
export function createFindCaller(db: Db, userToken: string, user: Caller): FindCaller {
  const userHash = hash(userToken);
  const findPilot = createFindPilot(db);
  return async (token) => (timingSafeEqual(hash(token), userHash) ? user : findPilot(token));
}
