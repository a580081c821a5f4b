import { createHash } from 'node:crypto';
import type { Db } from '../database/port.ts';
import type { FindCaller, Caller } from './caller.ts';

/** What the database keeps of a token: 256 random bits need no salt. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Pilots remembered by their tokens; the one that came first is forgotten first, and costs one look-up when it speaks again. */
const mostPilots = 1_000;

/** Pilots are looked up by hash, so that an index leaks nothing about the token. */
export function createFindPilot(db: Db): FindCaller {
  const pilots = new Map<string, Caller>();
  return async (token) => {
    const key = hashToken(token);
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
