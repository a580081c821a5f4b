import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, runStart, startLab, type StartedLab } from './lab.ts';

jest.setTimeout(180_000);

/** Ten seconds are promised; the rest is for a machine that does other things as well. */
const goneWithinMs = 20_000;

/** A kernel, a terminal, and a job that a pilot runs: everything that could be left behind. */
async function atWork(lab: StartedLab): Promise<void> {
  expect((await lab.call('api/kernels', { name: 'diraclab' })).status).toBe(201);
  expect((await lab.call('api/terminals', {})).status).toBe(200);
  const submitted = await lab.call('dirac/api/jobs', { description: { executable: '/bin/sleep', arguments: ['600'] } });
  expect(submitted.status).toBe(201);
  const { jobIds } = (await submitted.json()) as { jobIds: number[] };
  for (let status = ''; status !== 'Running'; await sleep(200)) {
    ({ status } = (await (await lab.call(`dirac/api/jobs/${jobIds[0]}`)).json()) as { status: string });
  }
  const commands = (await lab.left(0)).join('\n');
  for (const part of ['kernel-launcher.cjs', 'companion.mjs', 'server.mjs', 'pilot.cjs']) expect(commands).toContain(part);
}

describe('npm start', () => {
  let lab: StartedLab | undefined;
  afterEach(async () => {
    lab?.process.kill('SIGKILL');
    await lab?.end();
    lab = undefined;
  });

  it("puts the server behind Lab's own origin and token, and leaves no process behind when it is told to end", async () => {
    lab = await startLab();
    expect(lab.stdout().split('\n')).toHaveLength(2);
    expect(await (await lab.call('dirac/api/health/ready')).json()).toMatchObject({ status: 'ready' });
    expect(await (await lab.call('dirac/api/whoami')).json()).toMatchObject({ server: { mode: 'laptop' } });

    const stranger = await fetch(new URL('dirac/api/whoami', lab.url), { redirect: 'manual' });
    expect([302, 403]).toContain(stranger.status);
    const { kernelspecs } = (await (await lab.call('api/kernelspecs')).json()) as { kernelspecs: Record<string, unknown> };
    expect(Object.keys(kernelspecs)).toContain('diraclab');

    await atWork(lab);
    lab.process.kill('SIGTERM');
    expect(await lab.exited).toBe(0);
    expect(await lab.left(goneWithinMs)).toEqual([]);
    expect(lab.stderr()).not.toMatch(/\n\s+at /);
  });

  it('ends everything when Lab itself is killed, and says so', async () => {
    lab = await startLab();
    await atWork(lab);
    process.kill(await lab.labPid(), 'SIGKILL');
    expect(await lab.exited).toBe(1);
    expect(lab.stderr()).toContain('JupyterLab has ended');
    expect(await lab.left(goneWithinMs)).toEqual([]);
  });

  // Only Linux tells a process that its parent was killed.
  (process.platform === 'linux' ? it : it.skip)('is not survived by Lab, kernel, server or pilot when it is killed itself', async () => {
    lab = await startLab();
    await atWork(lab);
    lab.process.kill('SIGKILL');
    expect(await lab.left(goneWithinMs)).toEqual([]);
  });
});

describe('npm start on a bad day', () => {
  async function refusal(...args: string[]): Promise<string> {
    const started = runStart(args);
    expect(await started.exited).toBe(1);
    expect(started.stdout()).toBe('');
    return started.stderr().trim();
  }

  it('names the port that is in use and what to do', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'start-'));
    const other = createServer();
    const port = await freePort();
    await new Promise<void>((done) => other.listen(port, '127.0.0.1', done));
    const sentence = `is in use by another program. Choose another one, or leave the option out.`;
    try {
      expect(await refusal('--lab-port', String(port), '--data', directory)).toContain(`Port ${port} (--lab-port) ${sentence}`);
      expect(await refusal('--port', String(port), '--data', directory)).toContain(`Port ${port} (--port) ${sentence}`);
    } finally {
      other.close();
      await rm(directory, { recursive: true });
    }
  });

  it('names the data directory that cannot be used', async () => {
    expect(await refusal('--data', '/dev/null/dirac')).toMatch(
      /^diraclab: The data directory \/dev\/null\/dirac cannot be used \(ENOTDIR\)\. Name one you may write to with --data\.$/m,
    );
  });

  it('explains itself', async () => {
    const started = runStart(['--help']);
    expect(await started.exited).toBe(0);
    expect(started.stdout()).toMatch(/--no-browser[^]*--data DIR[^]*--lab-port P[^]*--port P/);
  });
});
