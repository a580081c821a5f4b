import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPilotBench, parentOf, processesWith, type RealPilot } from './testing/real-pilot.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const bench = createPilotBench();
const servers: TestServer[] = [];
let number = 5000 + (process.pid % 1000) * 10;
const sh = (script: string) => ({ executable: '/bin/sh', arguments: ['-c', script] });
/** Sleeps so long that nothing else does: by this the payload is found among all processes. */
const uniqueSleep = () => `sleep ${(number += 1)}.25`;
const isAlive = (command: string) => processesWith(command.replace(' ', '\0')).length > 0;

async function startServer(): Promise<TestServer> {
  const server = await startTestServer();
  servers.push(server);
  return server;
}

async function startWith(...options: string[]): Promise<{ server: TestServer; pilot: RealPilot }> {
  const server = await startServer();
  return { server, pilot: bench.start(['--slots', '4', '--server', server.address, ...options]) };
}

afterAll(async () => {
  await bench.clear();
  for (const server of servers) await server.away();
});

describe('limits and kills', () => {
  let server: TestServer;
  beforeAll(async () => {
    ({ server } = await startWith());
    server.books.state.nextReportMs = 200;
  });

  it('kills on request, keeps what was written, and leaves nothing alive', async () => {
    const sleep = uniqueSleep();
    const job = server.books.submit(sh(`echo before; ${sleep} & setsid ${sleep} & wait`));
    await server.books.until(() => isAlive(sleep));
    job.command = 'Kill';
    expect(await server.books.ended(job)).toMatchObject({
      status: 'Killed',
      minorStatus: 'Received Kill signal',
      end: { reason: 'killed', exitCode: null },
    });
    expect(server.books.output(job, 'std.out')).toBe('before\n');
    expect(isAlive(sleep)).toBe(false);
  });

  it('lets a payload tidy up after TERM, and kills one that does not listen after 5 s', async () => {
    const tidy = server.books.submit(sh(`trap 'sleep 0.3; echo tidy; exit 0' TERM; while :; do sleep 0.1; done`));
    const deaf = server.books.submit(sh(`trap '' TERM; echo deaf; while :; do sleep 0.1; done`));
    await server.books.until(() => deaf.output.stdout === 'deaf\n');
    const askedMs = performance.now();
    tidy.command = 'Kill';
    deaf.command = 'Kill';
    await server.books.ended(tidy);
    expect(server.books.output(tidy, 'std.out')).toBe('tidy\n');
    expect(performance.now() - askedMs).toBeLessThan(4000);
    await server.books.ended(deaf);
    expect(performance.now() - askedMs).toBeGreaterThan(4900);
  });

  it('ends a payload that is over its wall time', async () => {
    const end = await server.books.ended(server.books.submit({ ...sh('sleep 60'), wallTimeS: 1 }));
    expect(end).toMatchObject({
      status: 'Failed',
      minorStatus: 'Job has exceeded maximum wall clock time',
      end: { reason: 'overWallTime' },
    });
    expect(end.end?.wallTimeUsedS).toBeGreaterThan(1);
  });

  it('ends a payload whose processes are together over its CPU time', async () => {
    const end = await server.books.ended(server.books.submit({ ...sh('(while :; do :; done) & while :; do :; done'), cpuTimeS: 1 }));
    expect(end).toMatchObject({
      status: 'Failed',
      minorStatus: 'Job has reached the CPU limit of the queue',
      end: { reason: 'overCpuTime' },
    });
    expect(end.end?.cpuTimeUsedS).toBeGreaterThan(1);
  });

  it('counts the CPU time of a payload too short to be watched, and the memory of one that is watched', async () => {
    const short = await server.books.ended(server.books.submit(sh('i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done')));
    expect(short.end?.cpuTimeUsedS).toBeGreaterThan(0.01);
    const long = await server.books.ended(server.books.submit(sh('sleep 2.5')));
    expect(long.end?.maxRssMB).toBeGreaterThan(0.1);
  });

  it('ends what a payload leaves behind', async () => {
    const sleep = uniqueSleep();
    const job = server.books.submit(sh(`${sleep} & setsid ${sleep} & sleep 0.2; echo done`));
    expect(await server.books.ended(job)).toMatchObject({ status: 'Done' });
    expect(isAlive(sleep)).toBe(false);
  });

  it('kills the payload of an attempt the server says is stale, and forgets it', async () => {
    const sleep = uniqueSleep();
    const job = server.books.submit(sh(sleep));
    await server.books.until(() => isAlive(sleep) && job.statuses.length > 0);
    job.isStale = true;
    await server.books.until(() => !isAlive(sleep));
    expect(job.statuses.at(-1)).toMatchObject({ status: 'Running' });
  });
});

describe('a server that is away', () => {
  it('for 3 s costs nothing: the payload goes on and its end is told', async () => {
    const { server } = await startWith();
    const job = server.books.submit(sh('sleep 1; echo through'));
    await server.books.until(() => job.statuses.length >= 2);
    await server.away();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await server.back();
    expect(await server.books.ended(job)).toMatchObject({ status: 'Done' });
    expect(job.statuses.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(server.books.output(job, 'std.out')).toBe('through\n');
  });

  it('and was restarted gets again what it had of the output: it kept that in memory only', async () => {
    const { server } = await startWith();
    const job = server.books.submit(sh('for i in $(seq 60); do echo $i; sleep 0.05; done'));
    await server.books.until(() => job.output.stdout.includes('\n10\n'));
    await server.away();
    Object.assign(job.output, { stdout: '' });
    Object.assign(job.outputEnd, { stdout: 0 });
    await server.back();
    await server.books.ended(job);
    expect(job.output.stdout).toBe(Array.from({ length: 60 }, (_, n) => `${n + 1}\n`).join(''));
  });

  it('for longer than the grace time ends payload and pilot', async () => {
    const { server, pilot } = await startWith('--grace-s', '2');
    const sleep = uniqueSleep();
    server.books.submit(sh(sleep));
    await server.books.until(() => isAlive(sleep));
    await server.away();
    expect(await pilot.exited).toBe(1);
    expect(isAlive(sleep)).toBe(false);
    expect(readdirSync(pilot.workDirectory)).toEqual([]);
    expect(pilot.log()).toContain('no answer from the server for 2 s');
  });

  it('only because the pilot itself was asleep for longer than that is none', async () => {
    const { server, pilot } = await startWith('--grace-s', '1');
    const job = server.books.submit(sh('sleep 4; echo awake'));
    await server.books.until(() => job.statuses.length >= 2);
    pilot.process.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    pilot.process.kill('SIGCONT');
    expect(await server.books.ended(job)).toMatchObject({ status: 'Done' });
  });

  it('and comes back under another address is found by its data directory', async () => {
    const server = await startServer();
    const dataDirectory = bench.directory();
    const announce = (address: string) =>
      writeFileSync(join(dataDirectory, 'server.json'), JSON.stringify({ address, pid: process.pid, version: '0', startTime: '' }));
    announce(server.address);
    bench.start(['--slots', '1', '--data', dataDirectory]);
    const job = server.books.submit(sh('sleep 2; echo moved'));
    await server.books.until(() => job.statuses.length >= 2);
    await server.away();
    const successor = await startServer();
    const adopted = successor.books.submit(job.matched.description);
    adopted.isMatched = true;
    adopted.statuses.push(...job.statuses);
    announce(successor.address);
    expect(await successor.books.ended(adopted)).toMatchObject({ status: 'Done' });
    expect(successor.books.output(adopted, 'std.out')).toBe('moved\n');
  });
});

describe('the end of a pilot', () => {
  it('by kill -9 takes its payloads along, also those in a session of their own or with another environment', async () => {
    const { server, pilot } = await startWith();
    const [cleaned, escaped] = [uniqueSleep(), uniqueSleep()];
    server.books.submit(sh(`setsid ${escaped} & env -i ${cleaned}`));
    await server.books.until(() => isAlive(cleaned) && isAlive(escaped));
    pilot.process.kill('SIGKILL');
    await server.books.until(() => !isAlive(cleaned) && !isAlive(escaped), 5000);
  });

  it('by kill -9 does so even when the guard was killed before, and leaves no guard', async () => {
    const { server, pilot } = await startWith();
    const cleaned = uniqueSleep();
    server.books.submit(sh(`env -i ${cleaned}`));
    await server.books.until(() => isAlive(cleaned));
    const guards = () => processesWith('diraclab-guard').filter((pid) => parentOf(pid) === pilot.process.pid);
    const [first] = guards();
    process.kill(first ?? 0, 'SIGKILL');
    const second = await server.books.until(() => guards().find((pid) => pid !== first));
    pilot.process.kill('SIGKILL');
    await server.books.until(() => !isAlive(cleaned) && !processesWith('diraclab-guard').includes(second), 5000);
  });

  it('by SIGTERM gives its jobs back within 5 s', async () => {
    const { server, pilot } = await startWith();
    const sleep = uniqueSleep();
    const job = server.books.submit(sh(`trap '' TERM; ${sleep} & while :; do sleep 0.1; done`));
    await server.books.until(() => isAlive(sleep));
    const askedMs = performance.now();
    pilot.process.kill('SIGTERM');
    expect(await pilot.exited).toBe(0);
    expect(performance.now() - askedMs).toBeLessThan(5000);
    expect(job.statuses.at(-1)).toMatchObject({ status: 'Rescheduled', minorStatus: 'Pilot stopped' });
    expect(server.books.state.endings).toBe(1);
    expect(isAlive(sleep)).toBe(false);
    expect(readdirSync(pilot.workDirectory)).toEqual([]);
  });

  it('by "stop" in a match lets running jobs finish; by "stop" in a report does not', async () => {
    const [kind, strict] = [await startWith(), await startWith()];
    const running = kind.server.books.submit(sh('sleep 1.5'));
    const cut = strict.server.books.submit(sh('sleep 60'));
    await kind.server.books.until(() => running.statuses.length >= 2 && cut.statuses.length >= 2);
    kind.server.books.state.stopOnMatch = true;
    kind.server.books.tell();
    strict.server.books.state.stopOnReport = true;
    expect(await kind.pilot.exited).toBe(0);
    expect(running.statuses.at(-1)).toMatchObject({ status: 'Done' });
    expect(await strict.pilot.exited).toBe(0);
    expect(cut.statuses.at(-1)).toMatchObject({ status: 'Rescheduled' });
  });

  it('by its lifetime comes when its jobs are done, and it offers no more than its time', async () => {
    const { server, pilot } = await startWith('--lifetime-s', '2');
    const job = server.books.submit(sh('sleep 3; echo late'));
    expect(await pilot.exited).toBe(0);
    expect(job.statuses.at(-1)).toMatchObject({ status: 'Done' });
    expect(Math.max(...server.books.offers.map(({ cpuTimeLeftS }) => cpuTimeLeftS))).toBeLessThanOrEqual(2);
  });

  it('does not come from losing the reader of its log', async () => {
    const { server, pilot } = await startWith();
    pilot.process.stderr?.destroy();
    for (const _ of [1, 2]) expect(await server.books.ended(server.books.submit(sh('true')))).toMatchObject({ status: 'Done' });
    expect(pilot.process.exitCode).toBeNull();
  });
});

describe('a full disk', () => {
  it('fails the job that meets it, with the reason, and the next one runs', async () => {
    const server = await startServer();
    const pilot = bench.startOnDisk(24, ['--slots', '1', '--server', server.address]);
    if (pilot === undefined) {
      console.warn('SKIPPED: a full disk; this user may not mount a file system in a namespace of its own');
      return;
    }
    const writer = server.books.submit(sh('echo begun; cat /dev/zero > filler; sleep 20'));
    const small = server.books.submit(sh('echo fits'));
    const large = server.books.submit({ ...sh('true'), inputSandbox: [server.books.input('big', 'x'.repeat(30 * 2 ** 20))] });
    expect(await server.books.ended(writer)).toMatchObject({
      status: 'Failed',
      minorStatus: 'Job has insufficient disk space to continue',
      end: { reason: 'diskFull' },
    });
    expect(server.books.output(writer, 'std.out')).toBe('begun\n');
    expect(await server.books.ended(small)).toMatchObject({ status: 'Done' });
    expect(await server.books.ended(large)).toMatchObject({ status: 'Failed', end: { reason: 'diskFull' } });
  });
});
