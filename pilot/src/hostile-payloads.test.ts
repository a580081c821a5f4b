import { existsSync } from 'node:fs';
import { createPilotBench, processesWith, type RealPilot } from './testing/real-pilot.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const bench = createPilotBench();
let server: TestServer;
let pilot: RealPilot;
const sh = (script: string) => ({ executable: '/bin/sh', arguments: ['-c', script] });

beforeAll(async () => {
  server = await startTestServer();
  server.books.state.nextReportMs = 200;
  pilot = bench.start(['--slots', '4', '--server', server.address]);
});
afterAll(async () => {
  await bench.clear();
  await server.away();
});

describe('a payload that', () => {
  it('removes its standard output is Done, and its owner is told what is missing', async () => {
    const end = await server.books.ended(server.books.submit(sh('echo said; rm std.out')));
    expect(end).toMatchObject({ status: 'Done', applicationStatus: 'missing outputs: std.out', end: { exitCode: 0 } });
    expect(end.end?.outputs.map(({ path }) => path)).toEqual(['std.err']);
  });

  it('puts a pipe in its place as well', async () => {
    const end = await server.books.ended(server.books.submit(sh('rm std.out; mkfifo std.out')));
    expect(end).toMatchObject({ status: 'Done', applicationStatus: 'left out: std.out (not a regular file)' });
  });

  it('removes its whole directory keeps the end it had', async () => {
    const job = server.books.submit(sh('echo said; rm -rf "$PWD"; exit 7'));
    const end = await server.books.ended(job);
    expect(end).toMatchObject({ status: 'Failed', minorStatus: 'Application Finished With Errors', end: { reason: 'exit', exitCode: 7 } });
    expect(end.applicationStatus).toBe('/bin/sh ended with exit code 7; missing outputs: std.out, std.err');
    expect(job.output.stdout).toBe('said\n');
  });

  it('leaves a pipe where the next step writes fails, and blocks neither its end nor the pilot', async () => {
    const { books } = server;
    const jobs = [1, 2, 3, 4].map(() => books.submit({ steps: [sh('rm std.out; mkfifo std.out'), sh('echo two')] }));
    for (const job of jobs) {
      const end = await books.ended(job);
      expect(end.status).toBe('Failed');
      expect(end.applicationStatus).toContain('std.out: it is not a regular file any more');
    }
    expect(await books.ended(books.submit(sh('true')))).toMatchObject({ status: 'Done' });
  });

  it('digs deeper than any path is long leaves no directory behind', async () => {
    const job = server.books.submit(sh('for i in $(seq 2100); do mkdir d; cd d; done 2>/dev/null; true'));
    expect(await server.books.ended(job)).toMatchObject({ status: 'Done' });
    await server.books.until(() => !existsSync(`${pilot.workDirectory}/${job.matched.jobId}.1`));
  });

  it('hops from process to process in sessions of their own is caught', async () => {
    const name = `hopper-${process.pid}`;
    // By itself it ends after 8 s, should nobody catch it.
    const hop = `: ${name}; [ $(date +%s) -gt ${Math.floor(Date.now() / 1000) + 8} ] || { sleep 0.01; setsid sh -c "$HOP" & }`;
    const job = server.books.submit({ ...sh('for i in 1 2 3 4 5; do sh -c "$HOP"; done; sleep 0.3'), environment: { HOP: hop } });
    expect(await server.books.ended(job)).toMatchObject({ status: 'Done' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(processesWith(name)).toEqual([]);
  });

  it('writes 250 KB at once can be followed without a gap', async () => {
    const job = server.books.submit(sh('seq 40000; while [ ! -e go ]; do sleep 0.1; done'));
    await server.books.until(() => job.output.stdout.endsWith('\n40000\n'));
    job.command = 'Kill';
    await server.books.ended(job);
    expect(job.output.stdout).toBe(Array.from({ length: 40_000 }, (_, n) => `${n + 1}\n`).join(''));
  });
});
