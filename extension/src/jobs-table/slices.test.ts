import type { Job, JobPage, JobQuery } from '@diraclab/contract';
import { aJob } from '../testing/session';
import { mostSlices, Slices, sliceRows } from './slices';

/** A server with so many jobs, which pages by key as the real one does. */
function serverWith(count: number) {
  const asked: JobQuery[] = [];
  const fetch = async (query: JobQuery): Promise<JobPage> => {
    asked.push(query);
    const down = query.sort?.direction === 'desc';
    const begin = query.after === undefined ? (down ? count + 1 : 0) : Number(query.after);
    const last = begin + (down ? -1 : 1) * (query.offset ?? 0);
    const jobs: Job[] = [];
    const limit = query.limit ?? 100;
    for (let id = last + (down ? -1 : 1); id >= 1 && id <= count && jobs.length < limit; id += down ? -1 : 1)
      jobs.push(aJob({ jobId: id }));
    const end = jobs.at(-1)?.jobId ?? 0;
    return { jobs, total: count, next: jobs.length === limit && end > 1 && end < count ? String(end) : null };
  };
  return { asked, fetch };
}

const never = new AbortController().signal;
async function listOf(count: number) {
  const server = serverWith(count);
  const sort = { field: 'jobId', direction: 'desc' } as const;
  const first = await server.fetch({ sort, limit: sliceRows });
  server.asked.length = 0;
  return { ...server, slices: new Slices(server.fetch, { where: [], sort }, first) };
}

describe('rows by position over pages by key', () => {
  it('finds every row where it belongs, wherever one jumps', async () => {
    const { slices } = await listOf(4321);
    for (const position of [0, 199, 200, 2100, 4320, 3999, 1000, 4199]) {
      await slices.load(position, position + 1, never);
      expect([position, slices.at(position)?.jobId]).toEqual([position, 4321 - position]);
    }
    expect(slices.positionOf(4321 - 1000)).toBe(1000);
  });

  it('reaches the end with one request, from the other side', async () => {
    const { slices, asked } = await listOf(100_000);
    await slices.load(99_960, 100_000, never);
    expect(asked).toHaveLength(1);
    expect(slices.at(99_999)?.jobId).toBe(1);
  });

  it('goes to the middle once, and next to it without going there again', async () => {
    const { slices, asked } = await listOf(10_000);
    await slices.load(5000, 5040, never);
    expect(asked).toHaveLength(1);
    asked.length = 0;
    await slices.load(5200, 5240, never);
    expect(asked).toHaveLength(1);
  });

  it('leaps into a million in a handful of requests', async () => {
    const { slices, asked } = await listOf(1_000_000);
    await slices.load(460_000, 460_040, never);
    expect(slices.at(460_000)?.jobId).toBe(540_000);
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(asked.every(({ offset = 0 }) => offset <= 100_000)).toBe(true);
  });

  it('reckons from the beginning where the end is only guessed, and learns it when it comes there', async () => {
    const server = serverWith(4321);
    const sort = { field: 'jobId', direction: 'desc' } as const;
    const first = await server.fetch({ sort, limit: sliceRows });
    const slices = new Slices(server.fetch, { where: [], sort }, { ...first, total: 4500, approximate: true });
    await slices.load(4200, 4240, never);
    expect(slices.at(4200)?.jobId).toBe(121);
    expect([slices.total, slices.approximate]).toEqual([4321, false]);
  });

  it('asks nothing for what is here', async () => {
    const { slices, asked } = await listOf(1000);
    await slices.load(0, 60, never);
    expect(asked).toEqual([]);
  });

  it('keeps only the slices near the view, and the first', async () => {
    const { slices } = await listOf(10_000);
    for (let position = 0; position < 10_000; position += sliceRows) await slices.load(position, position + 1, never);
    expect(slices.size).toBe(mostSlices);
    expect(slices.at(0)).toBeDefined();
    expect(slices.at(9_999)).toBeDefined();
    expect(slices.at(5_000)).toBeUndefined();
  });

  it('takes new states to the rows that are here', async () => {
    const { slices } = await listOf(300);
    slices.patch([aJob({ jobId: 300, status: 'Done' }), aJob({ jobId: 7, status: 'Done' })]);
    expect(slices.at(0)?.status).toBe('Done');
    expect(slices.at(1)?.status).toBe('Waiting');
  });

  it('gives up a walk that nobody waits for', async () => {
    const { slices } = await listOf(10_000);
    const loads = new AbortController();
    const loading = slices.load(5000, 5001, loads.signal);
    loads.abort();
    await expect(loading).rejects.toThrow();
    expect(slices.at(5000)).toBeUndefined();
  });
});
