import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNotebook, textOf, type Notebook } from '../notebooks/run-notebook.ts';
import { chromiumPath, launchBrowser } from '../ui/stage.ts';
import { buildWheel, createEnvironment, root, type Environment } from './environment.ts';
import { firstVisit } from './first-visit.ts';
import { startInstalledLab, type InstalledLab } from './lab.ts';

jest.setTimeout(600_000);
const chromium = chromiumPath();

interface Jobs {
  jobs: { jobId: number; status: string }[];
}

/** One environment, and in their order the stories of somebody who installs, works, upgrades and leaves. */
describe('pip install diraclab', () => {
  let wheel: string;
  let at: Environment;
  const commands = [
    ...['dgroups', 'dhold', 'dinit', 'dinput', 'diraclab', 'dkill', 'dlogging', 'dlogin', 'dlogout'],
    ...['doutput', 'dpeek', 'dproxy', 'drelease', 'dreschedule', 'drestore', 'dstat', 'dsub', 'dusage', 'dwhoami', 'dwhy'],
  ];
  const statusOf = async (lab: InstalledLab, jobId: number) => (await lab.call<{ status: string }>(`dirac/api/jobs/${jobId}`)).body.status;
  const submit = async (lab: InstalledLab, script: string) => {
    const { body } = await lab.call<{ jobIds: number[] }>('dirac/api/jobs', {
      description: { executable: '/bin/sh', arguments: ['-c', script] },
    });
    return body.jobIds[0] ?? 0;
  };
  const until = async (isSo: () => Promise<boolean>, what: string) => {
    for (const end = Date.now() + 60_000; !(await isSo()); await sleep(200))
      if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
  };

  beforeAll(async () => {
    wheel = await buildWheel();
    at = await createEnvironment();
    await at.pip('install', wheel);
  });
  afterAll(async () => at?.clear());

  it('is one wheel for every platform, below 12 MB', async () => {
    expect(wheel).toMatch(/diraclab-0\.1\.0-py3-none-any\.whl$/);
    expect((await stat(wheel)).size).toBeLessThan(12e6);
  });

  it('keeps licences of what it carries', async () => {
    const { out } = await at.run('/usr/bin/find', [join(at.bin, '../lib'), '-path', '*/diraclab-*/THIRD-PARTY-LICENSES.txt']);
    const text = await readFile(out.trim(), 'utf8');
    const carried = ['express', 'socket.io', 'socket.io-client', 'pg', 'zod', 'tslab', 'zeromq', '@tslab/typescript-for-tslab'];
    for (const name of carried) expect(text).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
    expect(text).toContain('`libzmq` binaries that are licensed under MPL-2.0');
  });

  it('gives the commands without JupyterLab, without Node or npm on PATH', async () => {
    expect(existsSync(join(at.bin, 'jupyter-lab'))).toBe(false);
    expect((await at.run('/bin/sh', ['-c', 'command -v node npm'])).out).toBe('');
    const server = at.start('diraclab', ['server']);
    try {
      await until(async () => /^listening on /m.test(server.output()), 'the server listens');
      const submitted = await at.run('dsub', ['/bin/echo', 'hello from the wheel']);
      expect(submitted).toEqual({ code: 0, out: expect.stringMatching(/^\d+\n$/), err: '' });
      const id = submitted.out.trim();
      await until(async () => (await at.run('dstat', ['-a', id])).out.includes('Done'), 'the job is done');
      expect((await at.run('doutput', [id])).code).toBe(0);
      expect(await readFile(join(at.home, id, 'std.out'), 'utf8')).toBe('hello from the wheel\n');
      expect((await at.run('diraclab', ['status'])).out).toContain('a server of your own');
    } finally {
      server.kill('SIGTERM');
    }
    expect(await at.left(20_000)).toEqual([]);
  });

  it('beside JupyterLab: the first notebook runs from any folder, with the server that Lab started, and Python kernels stay', async () => {
    await at.pip('install', `${wheel}[lab]`, 'ipykernel', 'nbconvert', '-c', join(root, 'jupyter-config/requirements.txt'));
    const folder = join(at.home, 'some where/else');
    await mkdir(folder, { recursive: true });
    await copyFile(join(root, 'notebooks/01-first-job.ipynb'), join(folder, '01-first-job.ipynb'));
    const lab = await startInstalledLab(at, ['--ServerApp.base_url=/user/alice/']);
    try {
      expect(lab.url).toMatch(/\/user\/alice\/$/);
      expect(await lab.call('dirac/api/whoami')).toMatchObject({ status: 200, body: { server: { mode: 'laptop' } } });
      const kernels = await lab.call<{ kernelspecs: object }>('api/kernelspecs');
      expect(Object.keys(kernels.body.kernelspecs).sort()).toEqual(['diraclab', 'python3']);
      const page = (await lab.call<string>('lab')).body;
      expect(page).toContain('diraclab-extension');

      const ran = await at.run('jupyter', ['nbconvert', '--to', 'notebook', '--execute', '--output', 'run.ipynb', '01-first-job.ipynb'], {
        cwd: folder,
      });
      expect(ran).toMatchObject({ code: 0 });
      const notebook: Notebook = await readNotebook(join(folder, 'run.ipynb'));
      expect(textOf(notebook, 'hello-output')).toContain(`Hello from ${hostname()}\n`);
      expect(textOf(notebook, 'steps')).toMatch(/OK: true/);

      const terminal = await environmentOfCompanion(at);
      expect(terminal['PATH']?.split(':').at(-1)).toBe(terminal['DIRACLAB_BIN']);
      expect((await readdir(terminal['DIRACLAB_BIN'] ?? '')).sort()).toEqual(commands);
      expect(
        await at.run('/bin/bash', ['--rcfile', terminal['DIRACLAB_RC'] ?? '', '-ic', 'dstat -a --json'], { env: terminal }),
      ).toMatchObject({ code: 0 });
    } finally {
      await lab.stop('SIGTERM');
    }
    expect(await at.left(20_000)).toEqual([]);
  });

  (chromium === undefined ? it.skip : it)(
    'in the browser: the card, a hello job, the first example, the panel, below a base path',
    async () => {
      const lab = await startInstalledLab(at, ['--ServerApp.base_url=/hub/ada/']);
      const browser = await launchBrowser(chromium ?? '');
      try {
        const errors = await firstVisit(browser, async (page) => void (await page.goto(new URL(`lab?token=${lab.token}`, lab.url).href)));
        expect(errors).toEqual([]);
        expect(await readdir(join(at.home, 'diraclab-examples'))).toEqual(
          expect.arrayContaining(['01-first-job.ipynb', '02-real-data.ipynb', 'seattle-weather.csv']),
        );
        const real = await at.run(
          'jupyter',
          ['nbconvert', '--to', 'notebook', '--execute', '--output', 'run.ipynb', '02-real-data.ipynb'],
          {
            cwd: join(at.home, 'diraclab-examples'),
          },
        );
        expect(real).toMatchObject({ code: 0 });
      } finally {
        await browser.close();
        await lab.stop('SIGTERM');
      }
      expect(await at.left(20_000)).toEqual([]);
    },
  );

  it('an upgrade leaves jobs, the running one too; a Lab killed with -9 leaves nothing running', async () => {
    const lab = await startInstalledLab(at);
    const gate = join(at.home, 'gate');
    const job = await submit(lab, `until [ -e '${gate}' ]; do sleep 0.2; done; echo late`);
    await until(async () => (await statusOf(lab, job)) === 'Running', 'the job runs');
    await at.pip('install', '--no-deps', await buildWheel('0.1.1'));
    expect((await at.run('python', ['-m', 'pip', 'show', 'diraclab'])).out).toContain('Version: 0.1.1');
    expect((await at.run('dstat', [String(job), '-F', 'Status'])).out).toContain('Running');

    // Another Lab brings the new extension; the server goes on as long as there is one.
    const next = await startInstalledLab(at);
    expect(await statusOf(next, job)).toBe('Running');
    process.kill(lab.pid, 'SIGKILL');
    await sleep(8_000);
    expect(await statusOf(next, job)).toBe('Running');
    await writeFile(gate, '');
    await until(async () => (await statusOf(next, job)) === 'Done', 'the job that saw the upgrade is done');
    const fresh = await submit(next, 'echo fresh');
    await until(async () => (await statusOf(next, fresh)) === 'Done', 'a job of the new version is done');

    const abandoned = await submit(next, 'sleep 600');
    await until(async () => (await statusOf(next, abandoned)) === 'Running', 'another job runs');
    process.kill(next.pid, 'SIGKILL');
    expect(await at.left(75_000)).toEqual([]);
    const { body } = await startInstalledLab(at).then(async (last) => {
      const found = await last.call<Jobs>('dirac/api/jobs/search', { where: [], limit: 100 });
      await last.stop('SIGTERM');
      return found;
    });
    expect(body.jobs.map(({ jobId }) => jobId)).toEqual(expect.arrayContaining([job, fresh, abandoned]));
    expect(await at.left(20_000)).toEqual([]);
  });

  it('pip uninstall leaves nothing, and nobody’s jobs are touched', async () => {
    await at.pip('uninstall', '--yes', 'diraclab');
    const { out } = await at.run('/usr/bin/find', [join(at.bin, '..'), '-iname', '*dirac*']);
    expect(out).toBe('');
    for (const command of commands) expect(existsSync(join(at.bin, command))).toBe(false);
    expect(await readdir(join(at.home, '.local/share/diraclab'))).toEqual(expect.arrayContaining(['token']));
  });
});

/** What terminals get, too: both inherit it from Jupyter's server. */
async function environmentOfCompanion(at: Environment): Promise<Record<string, string>> {
  for (const line of await at.left(0)) {
    if (!line.includes('companion.mjs')) continue;
    const text = await readFile(`/proc/${Number.parseInt(line, 10)}/environ`, 'utf8');
    return Object.fromEntries(
      text.split('\0').flatMap((pair) => (pair === '' ? [] : [[pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]])),
    );
  }
  throw new Error('no companion runs');
}
