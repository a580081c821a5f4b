import type { OutputStream } from '@diraclab/contract';
import { isHonest, readFrom, tailBytes } from '../jobs/output-tails.ts';
import type { Chunk, OutputTails } from '../jobs/output-tails.ts';
import type { Logger } from '../logger.ts';
import type { RedisClient } from './redis-fan-out.ts';

/** After the last output of a job; the longest silence of a payload that somebody still wants to look at. */
const keptS = 7 * 86_400;

/**
 * Two keys a stream: a list of chunks, and a hash with the attempt they are of and where they end. One script, so that two servers that take
 * reports of one job leave nothing out and nothing twice. KEYS: state, chunks. ARGV: attempt, from, end, chunk, bytes kept, seconds kept.
 */
const appendScript = `
local attempt = tonumber(redis.call('HGET', KEYS[1], 'attempt') or '0')
local ends = tonumber(redis.call('HGET', KEYS[1], 'end') or '0')
local given, from, last = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if given < attempt then return 0 end
if given > attempt then redis.call('DEL', KEYS[2]) ends = 0 end
if from < ends then return ends end
if from > ends then redis.call('DEL', KEYS[2]) end
redis.call('RPUSH', KEYS[2], ARGV[4])
redis.call('HSET', KEYS[1], 'attempt', given, 'end', last)
while redis.call('LLEN', KEYS[2]) > 1 do
  local oldest = cjson.decode(redis.call('LINDEX', KEYS[2], 0))
  if last - oldest['end'] < tonumber(ARGV[5]) then break end
  redis.call('LPOP', KEYS[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[6])
return last`;

/**
 * Output of running jobs in a Redis that all servers share, because a job's pilot speaks to one server and its owner looks through another.
 * Without Redis there is no output to look at until the job ends; nothing else depends on it.
 */
export function createRedisTails(client: RedisClient, name: string, logger: Logger): OutputTails {
  const keysOf = (jobId: number, stream: OutputStream): [string, string] => [
    `${name}:tail:${jobId}:${stream}`,
    `${name}:tail:${jobId}:${stream}:chunks`,
  ];
  const unless = <T>(otherwise: T) => (error: unknown): T => {
    logger.debug({ err: error }, 'output of a running job was not kept or read');
    return otherwise;
  }; // prettier-ignore

  return {
    async append(jobId, attempt, stream, chunk) {
      if (!isHonest(chunk)) return;
      const words = [attempt, chunk.from, chunk.end, JSON.stringify(chunk), tailBytes, keptS].map(String);
      await client.eval(appendScript, { keys: keysOf(jobId, stream), arguments: words }).catch(unless(undefined));
    },
    async end(jobId, attempt, stream) {
      const state = await client.hGetAll(keysOf(jobId, stream)[0]).catch(unless<Record<string, string>>({}));
      return Number(state['attempt']) === attempt ? Number(state['end']) : 0;
    },
    async read(jobId, attempt, stream, from) {
      const [stateKey, chunksKey] = keysOf(jobId, stream);
      const read = client.multi().hGetAll(stateKey).lRange(chunksKey, 0, -1).exec() as unknown as Promise<
        [Record<string, string>, string[]]
      >;
      const [state, chunks] = await read.catch(unless<[Record<string, string>, string[]]>([{}, []]));
      if (Number(state['attempt']) !== attempt) return { from: Math.max(0, from), text: '', end: Math.max(0, from) };
      return readFrom(chunks.map((text) => JSON.parse(text) as Chunk), Number(state['end']), from); // prettier-ignore
    },
    forget(jobId) {
      const keys = (['stdout', 'stderr'] as const).flatMap((stream) => keysOf(jobId, stream));
      client.del(keys).catch(unless(0));
    },
  };
}
