import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../grid/real-server.ts';

/** Installing one, from packages, on a loaded machine. */
export const installTimeoutMs = 400_000;

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Starts one of the scripts here and gives what it prints. It installs what it needs into `.setup/parts`, once. */
function startPart(script: string, env: Record<string, string>): Record<string, string> {
  const { status, stdout, stderr } = spawnSync('bash', [join(root, 'test/parts', script), 'start'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${script} did not start: ${stderr.slice(-2000)}`);
  return Object.fromEntries(
    stdout.split('\n').flatMap((line) => (line.includes('=') ? [line.split(/=(.*)/s).slice(0, 2)] : [])) as [string, string][],
  );
}

export interface S3Part {
  /** For `sandboxes` of a server's configuration. */
  place: { endpoint: string; region: string; bucket: string; prefix: string; credentialsFile: string };
  accessKeyId: string;
  secretAccessKey: string;
  stop(): void;
}

/** A bucket on an S3 server of its own (moto: Amazon's protocol; signatures are not checked there). */
export async function startS3(): Promise<S3Part> {
  const home = join(root, '.setup/parts/s3');
  mkdirSync(home, { recursive: true });
  // The installation is shared, what runs is not.
  const env = { PART_DIR: home, S3_PORT: String(await freePort()) };
  const given = startPart('s3.sh', env);
  const directory = mkdtempSync(join(tmpdir(), 'diraclab-s3-'));
  const credentialsFile = join(directory, 's3.json');
  const [accessKeyId = '', secretAccessKey = ''] = [given['S3_ACCESS_KEY'], given['S3_SECRET_KEY']];
  writeFileSync(credentialsFile, JSON.stringify({ accessKeyId, secretAccessKey }), { mode: 0o600 });
  chmodSync(credentialsFile, 0o600);
  return {
    place: {
      endpoint: given['S3_ENDPOINT'] ?? '',
      region: 'us-east-1',
      bucket: given['S3_BUCKET'] ?? '',
      prefix: 'sandboxes/',
      credentialsFile,
    },
    accessKeyId,
    secretAccessKey,
    stop() {
      spawnSync('bash', [join(root, 'test/parts/s3.sh'), 'stop'], { env: { ...process.env, ...env } });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface RedisPart {
  url: string;
  port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A Redis of its own, so that it may be killed. */
export async function startRedis(): Promise<RedisPart> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.once('error', (cause) => reject(new Error('redis-server is not installed: apt-get install redis-server.', { cause })));
      child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
      child.stdout?.on('data', (text: Buffer) => void (text.includes('eady to accept connections') && resolve()));
    });
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    async kill() {
      const ending = child;
      child = undefined;
      if (ending === undefined) return;
      await new Promise((gone) => {
        ending.once('exit', gone);
        ending.kill('SIGKILL');
      });
    },
  };
}

/** Stories of several servers: where there is no redis-server they are skipped with a loud line; with CI=true that fails. */
export function describeWithRedis(title: string, stories: () => void): void {
  const there = spawnSync('redis-server', ['--version']).status === 0;
  const said = 'There is no redis-server on PATH (apt-get install redis-server)';
  if (!there && process.env['CI'] === 'true') throw new Error(`${said}, and with CI=true there must be.`);
  if (!there) process.stderr.write(`\n*** SKIPPED: ${said}; stories of several servers are skipped. ***\n\n`);
  (there ? describe : describe.skip)(title, stories);
}
