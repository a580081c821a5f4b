import { sql } from 'kysely';
import type { DatabaseLocation } from '../../../server/src/database/open.ts';
import { openDatabase } from '../../../server/src/database/open.ts';

const all = ['jobs', 'queued', 'log', 'attempts', 'waiting', 'counted', 'grouped'] as const;
export type Page = (typeof all)[number];

/** What must be in the tables after `jobs` submissions of which `claimed` were matched. Work that was not done is no speed. */
export async function checkBooks(
  location: DatabaseLocation,
  { jobs, claimed }: { jobs: number; claimed: number },
  whose: string,
  pages: readonly Page[] = all,
): Promise<void> {
  await using database = await openDatabase(location);
  const { rows } = await sql<Record<Page, number>>`select
    (select count(*) from jobs) as jobs,
    (select count(*) from jobs where queued = 1) as queued,
    (select count(*) from job_log where status in ('Received', 'Waiting', 'Matched')) as log,
    (select count(*) from attempts) as attempts,
    (select coalesce(sum(waiting), 0) from task_queues) as waiting,
    (select coalesce(sum(n), 0) from status_counts where status = 'Waiting') as counted,
    (select coalesce(sum(n), 0) from group_counts) as grouped`.execute(database.read);
  const wanted: Record<Page, number> = {
    jobs,
    queued: jobs - claimed,
    log: 2 * jobs + claimed,
    attempts: claimed,
    waiting: jobs - claimed,
    counted: jobs - claimed,
    grouped: jobs,
  };
  for (const page of pages) {
    const found = Number(rows[0]?.[page]);
    if (found !== wanted[page])
      throw new Error(
        `${whose} (${database.kind}): ${page} is ${found}, and ${wanted[page]} was expected: the work was not done as measured.`,
      );
  }
}
