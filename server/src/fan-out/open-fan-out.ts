import type { Database } from '../database/port.ts';
import { createOutputTails } from '../jobs/output-tails.ts';
import type { OutputTails } from '../jobs/output-tails.ts';
import { readServiceName } from '../leases.ts';
import type { Logger } from '../logger.ts';
import { alone } from './port.ts';
import type { FanOut } from './port.ts';

/** What several servers share beside the database; without Redis a server keeps it for itself. Redis' client is loaded by those who have one. */
export async function openFanOut(
  redisUrl: string | undefined,
  database: Database,
  logger: Logger,
): Promise<{ fanOut: FanOut; tails: OutputTails }> {
  if (redisUrl === undefined) return { fanOut: alone, tails: createOutputTails() };
  const { connectRedis, createRedisFanOut, createRedisTails } = await import('./redis.ts');
  const name = await readServiceName(database);
  const client = await connectRedis(redisUrl, logger);
  return { fanOut: await createRedisFanOut(client, name, logger), tails: createRedisTails(client, name, logger) };
}
