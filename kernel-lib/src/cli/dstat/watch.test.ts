import { type Frame, type Job, searchJobs, type Watch, whoAmI } from '@diraclab/contract';
import { runCommand } from '../run-command';
import { type Answers, reply, startAnswers } from '../testing/answers';
import { memoryIo } from '../testing/memory-io';

const instant = '2026-11-22T10:00:00.000Z';
const job = (jobId: number, over: Partial<Job> = {}): Job => ({
  jobId, jobName: 'x', jobGroup: 'g', jobType: 'User', owner: 'alice', ownerGroup: 'users', vo: 'laptop', site: 'ANY', status: 'Waiting', minorStatus: '',
  applicationStatus: '', priority: 1, cpuTimeS: 1, submissionTime: instant, lastUpdateTime: instant, startExecTime: null, endExecTime: null, heartBeatTime: null,
  rescheduleCounter: 0, attempt: 1, endReason: null, exitCode: 0, cpuTimeUsedS: null, wallTimeUsedS: null, maxRssMB: null, parameters: null, ...over,
}); // prettier-ignore
const alice = reply(whoAmI, () => ({
  owner: 'alice', ownerGroup: 'users', vo: 'laptop', properties: [],
  personId: null, name: 'alice', tokenId: null, tokenExpiresTime: null, scopes: null, memberships: [],
  server: { version: '0', mode: 'laptop' as const, startTime: instant, maxBulkJobs: 10, maxSandboxFileBytes: 10 },
})); // prettier-ignore

let server: Answers | undefined;
afterEach(() => server?.stop());

/** Watches my jobs 7 and 8; then 7 is done and leaves the query, and 9 comes. Ends as by Ctrl-C when `until` is seen. */
async function watchMine(over: Parameters<typeof memoryIo>[0], until: string) {
  const view = (watchId: string, order: number[], jobs: Job[]): Frame => ({
    watchId,
    kind: 'view',
    order,
    jobs,
    total: order.length,
    next: null,
  });
  const asked: Watch[] = [];
  server = await startAnswers(
    [alice, reply(searchJobs, () => ({ jobs: [job(7, { status: 'Done' })], total: 1, next: null }))],
    (watch, send) => {
      asked.push(watch);
      setTimeout(() => send(view(watch.watchId, [8, 9], [job(9)])), 20);
      return { ok: true, frame: view(watch.watchId, [7, 8], [job(7), job(8)]) };
    },
  );
  const interrupt = new AbortController();
  const io = memoryIo({ env: server.env, signal: interrupt.signal, ...over });
  const look = setInterval(() => {
    if (io.out().includes(until)) interrupt.abort();
  }, 5);
  const code = await runCommand('dstat', ['--watch'], io);
  clearInterval(look);
  return { code, out: io.out(), asked, calls: server.calls.map(({ name }) => name) };
}

describe('dstat --watch of a query', () => {
  it('tells each change in a line, also the last state of a job that leaves the query, without asking again and again', async () => {
    const { code, out, asked, calls } = await watchMine({}, 'Done');
    expect(out.trim().split('\n').map((line) => line.slice(21))).toEqual(['7  Waiting', '8  Waiting', '9  Waiting', '7  Done']); // prettier-ignore
    expect(code).toBe(130);
    expect(asked).toHaveLength(1);
    expect(calls).toEqual(['whoAmI', 'searchJobs']);
  });

  it('draws over itself on a terminal, for as many rows as it has', async () => {
    const { out, asked } = await watchMine({ outIsTty: true, size: () => ({ columns: 80, rows: 8 }) }, '    9  alice');
    expect(asked[0]).toMatchObject({ kind: 'view', query: { limit: 3, sort: { field: 'jobId', direction: 'asc' } } });
    const [first = '', second = ''] = out.split('\u001b[?7h');
    expect(first).toContain('showing 2 of 2');
    const drawnLines = first.split('\n').length - 1;
    expect(second.startsWith(`\u001b[?7l\u001b[${drawnLines}A\r\u001b[J`)).toBe(true);
    expect(second).not.toContain('    7  alice');
  });
});
