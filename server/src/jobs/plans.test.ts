import type { CompiledQuery } from 'kysely';
import { Kysely, sql } from 'kysely';
import { kyselyOn, readConnection } from '../database/kysely-parts.ts';
import type { Database, Db } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import { describeBothDatabases } from '../database/testing.ts';
import { laptopUser } from '../identity/laptop.ts';
import { noLimits } from '../task-queues/matcher.ts';
import { why } from '../task-queues/why-waiting.ts';
import type { JobRow } from './job-row.ts';
import { searchJobs } from './search-jobs.ts';

/** The statements that a rule sends, and what it gets for them is nothing. */
async function statementsOf(database: Database, rule: (db: Db) => Promise<unknown>): Promise<CompiledQuery[]> {
  const sent: CompiledQuery[] = [];
  const db: Db = new Kysely<Tables>(
    kyselyOn(
      database.kind,
      readConnection(async (query) => {
        sent.push(query);
        return database.read.executeQuery(query);
      }),
    ),
  );
  await rule(db);
  return sent;
}

/** How the database goes about it; on PostgreSQL as of its sixth execution, when it knows no values any more, and as if tables were long. */
async function planOf(database: Database, { sql: text, parameters }: CompiledQuery): Promise<string> {
  if (database.kind === 'sqlite') {
    const { rows } = await database.read.executeQuery<{ detail: string }>({ sql: `explain query plan ${text}`, parameters, query: { kind: 'RawNode', sqlFragments: [], parameters: [] }, queryId: { queryId: 'plan' } } as CompiledQuery<{ detail: string }>); // prettier-ignore
    return rows.map(({ detail }) => detail).join('\n');
  }
  return database.transaction(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    await sql`set local plan_cache_mode = force_generic_plan`.execute(tx);
    await sql.raw(`prepare story as ${text}`).execute(tx);
    const values = parameters.map((value) => (typeof value === 'number' ? String(value) : `'${String(value)}'`)).join(', ');
    const { rows } = await sql.raw<Record<string, string>>(`explain execute story${values === '' ? '' : `(${values})`}`).execute(tx);
    await sql`deallocate story`.execute(tx);
    return rows.map((row) => Object.values(row)[0]).join('\n');
  });
}

const waitingJob = { job_id: 5, task_queue_id: 1, priority: 1, status: 'Waiting', last_update_ms: 0 } as JobRow;

describeBothDatabases('long tables', (open, kind) => {
  it('the newest page of a laptop is read in the order of the jobs, nothing is sorted', async () => {
    const database = await open();
    for (const query of [{ limit: 100 }, { limit: 100, after: '["jobId",5,5]' }]) {
      const [page] = await statementsOf(database, (db) => searchJobs(db, query, laptopUser()));
      if (page === undefined) throw new Error('nothing was asked');
      const plan = await planOf(database, page);
      // The second, outer order is of the hundred rows found.
      expect(plan).not.toMatch(kind === 'sqlite' ? /USING INDEX jobs_owner/ : /Seq Scan/);
    }
  });

  it('how many come before a waiting job is read from the queue’s own index', async () => {
    const database = await open();
    await database.transaction(async (tx) => void (await tx.insertInto('task_queues').values({ vo: 'v', owner_group: 'g', owner: 'o', requirements: JSON.stringify({ sites: [], bannedSites: [], platforms: [], tags: [], cpuTimeS: 1, numberOfProcessors: 1, minRamMB: 0 }), waiting: 1 }).execute())); // prettier-ignore
    const statements = await statementsOf(database, (db) => why(db, waitingJob, [], () => Promise.resolve(noLimits)));
    const ahead = statements.find(({ sql: text }) => text.includes('queued'));
    if (ahead === undefined) throw new Error('nothing was asked');
    expect(await planOf(database, ahead)).toContain('jobs_queue');
  });
});
