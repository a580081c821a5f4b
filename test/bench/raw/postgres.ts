import pg from 'pg';
import type { RawDatabase, RawSubmission } from './port.ts';
import { owner, site } from './port.ts';
import { claimOnly, claimWithBooks, submitOneCounted, submitOneRows, bulkStatements as bulk } from './postgres-statements.ts';

const ownerValues = [owner.vo, owner.ownerGroup, owner.owner];
const sliceRows = 1_000;

/** As many connections as the concurrent benches have askers; a bulk uses one. */
export async function openRawPostgres(url: string): Promise<RawDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const queues = new Map<string, number>();

  async function queueOf(client: pg.Pool | pg.PoolClient, requirements: string): Promise<number> {
    const known = queues.get(requirements);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ task_queue_id: string }>({ ...bulk.queue, values: [...ownerValues, requirements] });
    const made = Number(rows[0]?.task_queue_id);
    queues.set(requirements, made);
    return made;
  }

  async function submitBulk({ requirements, descriptionBody, jobName, jobGroup, cpuTimeS, parameters }: RawSubmission): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const nowMs = Date.now();
      const queue = await queueOf(client, requirements);
      const described = await client.query<{ description_id: string }>({ ...bulk.describe, values: [descriptionBody] });
      const description = described.rows[0]?.description_id;
      const reserved = await client.query<{ id: string }>({ ...bulk.reserve, values: [parameters.length] });
      const jobIds = reserved.rows.map(({ id }) => id);
      for (let at = 0; at < parameters.length; at += sliceRows) {
        const slice = parameters.slice(at, at + sliceRows);
        const ids = jobIds.slice(at, at + sliceRows);
        const rows = [ids, slice.map((row) => JSON.stringify(row)), slice.map((_, i) => at + i)];
        await client.query({ ...bulk.jobs, values: [...rows, description, jobName, jobGroup, ...ownerValues, cpuTimeS, nowMs, queue] });
        await client.query({ ...bulk.log, values: [ids, nowMs] });
      }
      await client.query({ ...bulk.countStatus, values: [...ownerValues, parameters.length] });
      await client.query({ ...bulk.countGroup, values: [...ownerValues, jobGroup, parameters.length] });
      await client.query({ ...bulk.group, values: [...ownerValues, jobGroup, jobIds[0], nowMs] });
      await client.query({ ...bulk.wait, values: [queue, parameters.length] });
      await client.query(bulk.version);
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  return {
    submitBulk,
    async submitOne({ requirements, descriptionBody, jobName, jobGroup, cpuTimeS }, counted) {
      const queue = await queueOf(pool, requirements);
      const values = [descriptionBody, jobName, jobGroup, ...ownerValues, cpuTimeS, Date.now(), queue];
      await pool.query({ ...(counted ? submitOneCounted : submitOneRows), values });
    },
    async claim({ vo, pilotId }, kept) {
      const { rows } = await pool.query<{ job_id: string }>({
        ...(kept ? claimWithBooks : claimOnly),
        values: [vo, pilotId, site, Date.now()],
      });
      return rows[0] === undefined ? undefined : Number(rows[0].job_id);
    },
    close: () => pool.end(),
  };
}
