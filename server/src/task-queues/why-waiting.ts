import type { ResourceOffer, Why } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db } from '../database/port.ts';
import { instant } from '../jobs/job-row.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { isActive } from '../jobs/job-state-machine.ts';
import { toOffer } from './claim-jobs.ts';
import type { KnownPilot } from './claim-jobs.ts';
import { noLimits, rejection } from './matcher.ts';
import type { Rejection, Standing, TaskQueue } from './matcher.ts';
import { loadQueue } from './task-queue-store.ts';

export interface LiveOffer {
  pilot: KnownPilot;
  offer: ResourceOffer;
}

/** A sentence for each way the matcher says no; `needed` and `offered` are its own words. */
export const sentences: Record<Rejection['code'], (rejection: Rejection) => string> = {
  OTHER_VO: ({ offered, needed }) => `serves the VO ${offered}, the job is of ${needed}`,
  OTHER_OWNER: () => 'has no isolation between payloads and runs jobs of another owner',
  OTHER_SITE: ({ offered, needed }) => `is at ${offered}; the job wants ${needed}`,
  BANNED_SITE: ({ offered }) => `is at ${offered}, which the job excludes`,
  OTHER_PLATFORM: ({ offered, needed }) => `has the platform ${offered}; the job wants ${needed}`,
  MISSING_TAG: ({ offered, needed }) => `offers ${offered}; the job needs the tag ${needed}`,
  TOO_LITTLE_TIME: ({ offered, needed }) => `has ${offered} s of CPU time left; the job asks for ${needed} s`,
  TOO_FEW_PROCESSORS: ({ offered, needed }) => `has ${offered} processors; the job asks for ${needed}`,
  TOO_LITTLE_MEMORY: ({ offered, needed }) => `has ${offered} MB of memory; the job asks for ${needed} MB`,
  SITE_NOT_ACTIVE: ({ offered, needed }) => `is at ${offered}, which is banned: ${needed}`,
  REQUIRED_TAG: ({ offered, needed }) => `takes only jobs that need ${offered}; the job needs ${needed}`,
  WHOLE_NODE: () => 'has no whole node free',
  SITE_LIMIT: ({ offered, needed }) => `cannot take it now: ${offered}, and the site takes ${needed}`,
  MATCHING_DELAY: ({ offered, needed }) => `can take it at ${offered}: the site asks for ${needed}`,
};

/** What to do about it. */
export const nextSteps: Record<Rejection['code'], string> = {
  OTHER_VO: 'Submit with a group of a VO that has resources.',
  OTHER_OWNER: 'Wait: a pilot that is free or isolates payloads can take it.',
  OTHER_SITE: 'Leave the sites out, or name one that has pilots.',
  BANNED_SITE: 'Take the site out of bannedSites.',
  OTHER_PLATFORM: 'Leave the platforms out, or name one that is offered.',
  MISSING_TAG: 'Leave the tag out, or ask for a resource that offers it.',
  TOO_LITTLE_TIME: 'Ask for less CPU time.',
  TOO_FEW_PROCESSORS: 'Ask for fewer processors.',
  TOO_LITTLE_MEMORY: 'Ask for less memory.',
  SITE_NOT_ACTIVE: 'Wait until the site is taken back, or let the job run elsewhere.',
  REQUIRED_TAG: 'Wait for another resource; these are kept for jobs that need what they have.',
  WHOLE_NODE: 'Ask for a number of processors instead of a whole node, or wait until one is free.',
  SITE_LIMIT: 'Wait until one of the jobs there ends, or let the job run elsewhere.',
  MATCHING_DELAY: 'Wait; nothing needs to be done.',
};

/** Why a job waits: the matcher's own rejections of the pilots there are, most common first. Pure. */
export function explainWaiting(
  queue: TaskQueue,
  offers: readonly LiveOffer[],
  standing: Standing = noLimits,
): Pick<Why, 'headline' | 'causes' | 'next'> {
  if (offers.length === 0) {
    return {
      headline: 'No pilot is running that could take it.',
      causes: [{ code: 'NO_PILOT', text: 'No pilot has asked for jobs lately.', resources: 0 }],
      next: 'Wait a minute for a pilot to start; if none does, the server log says why.',
    };
  }
  const refusals = offers.flatMap(({ pilot, offer }) => {
    const refused = rejection(queue, toOffer(pilot, offer), standing);
    return refused === undefined ? [] : [refused];
  });
  if (refusals.length < offers.length) {
    const fits = offers.length - refusals.length;
    return {
      headline: `It fits ${fits} of ${offers.length} pilots and waits for its turn.`,
      causes: [{ code: 'TURN', text: `${fits} of ${offers.length} pilots can take it as soon as they have a free slot.`, resources: fits }],
      next: null,
    };
  }
  const groups = Map.groupBy(refusals, sayRejection);
  const causes = [...groups].map(([text, same]) => ({ code: same[0]?.code ?? 'OTHER_VO', text, resources: same.length }));
  causes.sort((a, b) => b.resources - a.resources);
  const [main] = causes;
  return {
    headline: `No pilot can take it: ${offers.length === 1 ? 'the one there is' : `each of the ${main?.resources ?? 0} most alike`} ${main?.text ?? ''}.`,
    causes,
    next: main === undefined ? null : nextSteps[main.code],
  };
}

function sayRejection(refused: Rejection): string {
  return sentences[refused.code](refused);
}

export type StandingOf = (sites: Iterable<string>) => Promise<Standing>;

export async function why(db: Db, row: JobRow, offers: readonly LiveOffer[], standingOf: StandingOf): Promise<Why> {
  const common = { jobId: row.job_id, status: row.status, since: instant(row.last_update_ms) };
  if (row.status === 'Waiting') {
    const queue = await loadQueue(db, row.task_queue_id);
    if (queue === undefined) throw new Error(`job ${row.job_id} waits in a task queue that does not exist`);
    const standing = await standingOf(offers.map(({ pilot }) => pilot.site));
    return { ...common, ...explainWaiting(queue, offers, standing), ahead: await countAhead(db, row) };
  }
  const what = `${row.minor_status}${row.exit_code === null || row.exit_code === 0 ? '' : ` (exit code ${row.exit_code})`}`;
  const headline = isActive(row.status)
    ? `It is not waiting: ${row.status} at ${row.site}, ${what}.`
    : `It is not waiting: ${row.status}, ${what}.`;
  return { ...common, headline, causes: [], next: row.status === 'Failed' ? `dpeek ${row.job_id} shows its output.` : null, ahead: null };
}

/** Bounded: past 1,000 the number is no news. */
async function countAhead(db: Db, row: JobRow): Promise<number> {
  const rows = await db
    .selectFrom('jobs')
    .select('job_id')
    .where('task_queue_id', '=', row.task_queue_id)
    // The literal matters: a bound 1 would not be seen to imply the partial index.
    .where(sql<boolean>`queued = 1`)
    .where((eb) => eb.or([eb('priority', '>', row.priority), eb.and([eb('priority', '=', row.priority), eb('job_id', '<', row.job_id)])]))
    .limit(1000)
    .execute();
  return rows.length;
}
