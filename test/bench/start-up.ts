import { submitJobs } from '@diraclab/contract';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, startRealServer } from '../grid/real-server.ts';
import { elapsedMs } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import type { Result } from './support/rounds.ts';
import { runRounds } from './support/rounds.ts';
import { medianOf } from './support/statistics.ts';
import { msUntilLine, runToEnd } from './support/starts.ts';

/** From the start of a process to its word that it is ready (or to its end), against what it stands on doing nothing: Node, JupyterLab. */
const { rounds } = readBenchOptions();
const startsAWindow = 3;
const directory = await mkdtemp(join(tmpdir(), 'diraclab-bench-'));
const results: Result[] = [];
try {
  results.push(...(await servers()), ...(await commands()), ...(await labs()));
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
report('start-up', results);

async function compare(
  what: string,
  ours: () => Promise<number>,
  rawName: string,
  raw: () => Promise<number>,
  starts = startsAWindow,
): Promise<Result[]> {
  const several = (start: () => Promise<number>) => async () => {
    const times: number[] = [];
    for (let i = 0; i < starts; i++) times.push(await start());
    return medianOf(times);
  };
  // Once unmeasured, for what is compiled, cached or made at the first time.
  await ours();
  await raw();
  const sides = { ours: { name: 'ours', measure: several(ours) }, raws: [{ name: rawName, measure: several(raw) }] };
  return runRounds({ what, unit: 'ms', better: 'less', ...sides }, rounds);
}

function nothing(): Promise<number> {
  return elapsedMs(() => runToEnd(process.execPath, ['-e', '0']));
}

async function servers(): Promise<Result[]> {
  let count = 0;
  const start = (data: string) =>
    msUntilLine(process.execPath, [join(root, 'server/dist/server.mjs'), '--data', data, '--no-local-site'], /^listening on /m);
  return [
    ...(await compare(
      'server on a new data directory, to "listening"',
      () => start(join(directory, `new-${count++}`)),
      'node -e 0',
      nothing,
    )),
    ...(await compare('server on a used data directory, to "listening"', () => start(join(directory, 'used')), 'node -e 0', nothing)),
  ];
}

async function commands(): Promise<Result[]> {
  const dataDirectory = join(directory, 'commands');
  const server = await startRealServer(dataDirectory, ['--no-local-site']);
  const dstat = join(root, 'kernel-lib/bin/dstat');
  const env = { ...process.env, DIRACLAB_DATA: dataDirectory };
  try {
    await server.call(submitJobs, {
      body: { description: { executable: '/bin/true' }, parameters: Array.from({ length: 20 }, (_, x) => ({ x })) },
    });
    return [
      ...(await compare('dstat, 20 jobs', () => elapsedMs(() => runToEnd(dstat, [], env)), 'node -e 0', nothing)),
      ...(await compare('dstat --help', () => elapsedMs(() => runToEnd(dstat, ['--help'], env)), 'node -e 0', nothing)),
    ];
  } finally {
    await server.stop();
  }
}

async function labs(): Promise<Result[]> {
  const lab = join(root, '.venv/bin/jupyter-lab');
  if (!existsSync(lab)) {
    console.log('*** SKIPPED: JupyterLab is not set up yet (npm start does that); the second npm start was not measured. ***');
    return [];
  }
  const env = {
    ...process.env,
    JUPYTER_CONFIG_DIR: join(directory, 'config'),
    JUPYTER_RUNTIME_DIR: join(directory, 'runtime'),
    IPYTHONDIR: join(directory, 'ipython'),
  };
  const args = ['start', '--silent', '--', '--no-browser', '--data', join(directory, 'lab')];
  const ours = () => msUntilLine('npm', args, /^diraclab is ready: /m, { env, cwd: root });
  const bare = () => msUntilLine(lab, ['--no-browser', '--allow-root', '--ServerApp.port=0'], /is running at:/, { env, cwd: directory });
  return compare('second npm start, to "diraclab is ready"', ours, 'JupyterLab alone', bare, 1);
}
