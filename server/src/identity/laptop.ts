import { createHash, timingSafeEqual } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Db } from '../database/port.ts';
import type { Caller, FindCaller } from './caller.ts';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What the database keeps of a pilot's token. */
export const hashToken = (token: string): string => hash(token).toString('hex');

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

/** Pilots remembered by their tokens; the one that came first is forgotten first, and costs one look-up when it speaks again. */
const mostPilots = 1_000;

/**
 * Laptop mode: the token in the data directory is the person's, every other token must be a pilot's.
 * Hashes are compared in constant time; pilots are looked up by hash, so that an index leaks nothing about the token.
 */
export function createFindCaller(db: Db, userToken: string, user: Caller): FindCaller {
  const userHash = hash(userToken);
  const pilots = new Map<string, Caller>();
  return async (token) => {
    const tokenHash = hash(token);
    if (timingSafeEqual(tokenHash, userHash)) return user;
    const key = tokenHash.toString('hex');
    const known = pilots.get(key);
    if (known !== undefined) return known;
    const pilot = await db.selectFrom('pilots').select(['pilot_id', 'vo']).where('token_hash', '=', key).executeTakeFirst();
    if (pilot === undefined) return undefined;
    const caller: Caller = {
      kind: 'pilot',
      owner: 'pilot',
      ownerGroup: 'pilot',
      vo: pilot.vo,
      properties: new Set(['GenericPilot'] as const),
      pilotId: pilot.pilot_id,
    };
    if (pilots.size >= mostPilots) pilots.delete(pilots.keys().next().value ?? key);
    pilots.set(key, caller);
    return caller;
  };
}
