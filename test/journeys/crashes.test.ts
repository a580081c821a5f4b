import { ContractError, getJob, getJobLog, listPilots, submitJobs } from '@diraclab/contract';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allJobs, isFull, processesNaming, startRealServer, until, untilFinal, untilPilot, useRealServers } from '../grid/real-server.ts';
import type { RealServer } from '../grid/real-server.ts';

const { start, newDirectory } = useRealServers();
const shell = (command: string) => ({ executable: '/bin/sh', arguments: ['-c', command] });

describe('kill -9', () => {
  it('of the server while a payload runs: it carries on, the same pilot reports to the next server, nothing runs twice', async () => {
    const directory = newDirectory();
    const ledger = join(directory, 'ledger');
    const first = await start([], directory);
    const { jobIds } = await first.call(submitJobs, {
      body: { description: shell(`echo begin >> ${ledger}; sleep 3; echo end >> ${ledger}; echo result`) },
    });
    await until('the payload begins', () => (existsSync(ledger) ? true : undefined));
    const pilotBefore = await untilPilot(first);
    await first.kill();
    await new Promise((resolve) => setTimeout(resolve, 800));
    const second = await start([], directory);
    const job = await untilFinal(second, jobIds[0] ?? 0);
    expect(job).toMatchObject({ status: 'Done', attempt: 1, exitCode: 0 });
    expect(readFileSync(ledger, 'utf8')).toBe('begin\nend\n');
    const { pilots } = await second.call(listPilots, {});
    expect(pilots.filter(({ status }) => status === 'Running').map(({ pilotId }) => pilotId)).toEqual([pilotBefore]);
    expect(
      processesNaming(`${directory}/pilots/`).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('pilot.cjs')),
    ).toHaveLength(1);
  }, 60_000);

  it(
    'of the server at any moment of many submissions: what was acknowledged is there once, all of it ends, none completes twice unseen',
    async () => {
      const directory = newDirectory();
      const ledger = join(directory, 'ledger');
      writeFileSync(ledger, '');
      // The client's own record, written before it believes anything.
      const acknowledged = new Map<string, number>();
      const kills = isFull ? 40 : 4;
      let server = await start(['--slots', '4'], directory);
      let sent = 0;
      for (let round = 0; round < kills; round += 1) {
        const until = Date.now() + 300 + Math.random() * 900;
        const killing = new Promise<void>((resolve) => setTimeout(() => void server.kill().then(resolve), until - Date.now()));
        const submitters = Array.from({ length: 3 }, () =>
          submitWhileAlive(server, ledger, acknowledged, () => `key-${(sent += 1)}`, until + 500),
        );
        await Promise.all([killing, ...submitters]);
        server = await startRealServer(directory, ['--slots', '4']);
      }
      const jobs = await allJobs(server);
      const known = new Set(jobs.map(({ jobId }) => jobId));
      expect([...acknowledged.values()].filter((jobId) => !known.has(jobId))).toEqual([]);
      expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);
      expect(acknowledged.size).toBeGreaterThan(kills);
      // A submission whose answer was lost may be there; said again with its key it is the same job.
      expect(jobs.length).toBeLessThanOrEqual(sent);
      for (const { jobId } of jobs) expect((await untilFinal(server, jobId, 60_000)).status).toBe('Done');
      const runs = new Map<number, number>();
      for (const line of readFileSync(ledger, 'utf8').trim().split('\n')) runs.set(Number(line), (runs.get(Number(line)) ?? 0) + 1);
      for (const { jobId } of jobs) {
        const job = await server.call(getJob, { params: { jobId } });
        expect([jobId, runs.get(jobId) ?? 0]).toEqual([jobId, expect.any(Number)]);
        // More than one run is possible only where the history says so.
        expect(runs.get(jobId) ?? 0).toBeLessThanOrEqual(job.attempt);
        expect(runs.get(jobId) ?? 0).toBeGreaterThanOrEqual(1);
      }
      await server.stop();
    },
    isFull ? 600_000 : 120_000,
  );

  it('of a pilot: its payload dies with it, and the job is matched again at once', async () => {
    const directory = newDirectory();
    const server = await start([], directory);
    const { jobIds } = await server.call(submitJobs, {
      body: { description: shell(`test "$DIRACLAB_ATTEMPT" = 1 && exec sleep 600.25; echo second`) },
    });
    const jobId = jobIds[0] ?? 0;
    const pilot = await until('the payload of the first attempt', () =>
      processesNaming('sleep 600.25').length > 0 ? processesNaming('pilot.cjs --work-dir ' + directory) : undefined,
    );
    for (const pid of pilot) process.kill(pid, 'SIGKILL');
    const job = await untilFinal(server, jobId, 40_000);
    expect(job).toMatchObject({ status: 'Done', attempt: 2, rescheduleCounter: 1 });
    expect(processesNaming('sleep 600.25')).toEqual([]);
    const { entries } = await server.call(getJobLog, { params: { jobId } });
    expect(entries.map(({ status, minorStatus }) => `${status}/${minorStatus}`)).toEqual(
      expect.arrayContaining(['Failed/Pilot died', 'Rescheduled/Job Rescheduled']),
    );
  }, 60_000);
});

describe('ends', () => {
  it('SIGTERM to the server leaves no process, and what ran goes back to its queue and runs after the next start', async () => {
    const directory = newDirectory();
    const first = await start([], directory);
    const { jobIds } = await first.call(submitJobs, {
      body: { description: shell('test "$DIRACLAB_ATTEMPT" = 1 && sleep 600.5; echo done') },
    });
    await until('the payload', () => (processesNaming('sleep 600.5').length > 0 ? true : undefined));
    expect(await first.stop()).toBe(0);
    expect(processesNaming(directory)).toEqual([]);
    expect(processesNaming('sleep 600.5')).toEqual([]);
    const second = await start([], directory);
    expect(await untilFinal(second, jobIds[0] ?? 0)).toMatchObject({ status: 'Done', attempt: 2 });
  }, 60_000);
});

/** Submits one job after the other until the server is gone; what was acknowledged is written down. */
async function submitWhileAlive(
  server: RealServer,
  ledger: string,
  acknowledged: Map<string, number>,
  newKey: () => string,
  untilMs: number,
): Promise<void> {
  while (Date.now() < untilMs) {
    const idempotencyKey = newKey();
    try {
      const { jobIds } = await server.call(submitJobs, {
        body: { description: shell(`echo $DIRACLAB_JOBID >> ${ledger}`), idempotencyKey },
      });
      acknowledged.set(idempotencyKey, jobIds[0] ?? 0);
      appendFileSync(`${ledger}.journal`, `${idempotencyKey} ${jobIds[0]}\n`);
    } catch (error) {
      if (error instanceof ContractError && error.code !== 'NotReady') throw error;
      return; // The connection broke: the server was killed.
    }
  }
}
