import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database/port.ts';
import { kindOf } from '../database/port.ts';

/** A share of a tenth is then known to some 3 %. */
const sampleSize = 10_000;

export interface Sample {
  isSampled: RawBuilder<boolean>;
  /** How many jobs each of the sample stands for. */
  each: number;
}

/** From 0 to 1: at equal distances every job would be of the same row of its sweep. */
const shake = (i: number): number => (i * 0.6180339887498949) % 1;

/**
 * Numbers from all over those that were given, the same each time, so that a count does not flicker. Numbers without a job stand for numbers
 * without a job.
 */
export async function sampledIds(db: Db): Promise<Sample> {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    select (select min(job_id) from jobs) as first, (select max(job_id) from jobs) as last`.execute(db);
  const first = rows[0]?.first ?? 1;
  const span = (rows[0]?.last ?? 0) - first + 1;
  const size = Math.max(1, Math.min(sampleSize, span));
  const ids = Array.from({ length: size }, (_, i) => first + Math.floor(((i + shake(i)) * span) / size));
  const isSampled =
    kindOf(db) === 'sqlite'
      ? sql<boolean>`job_id in (select value from json_each(${JSON.stringify(ids)}))`
      : sql<boolean>`job_id = any(${ids}::bigint[])`;
  return { isSampled, each: span / size };
}
