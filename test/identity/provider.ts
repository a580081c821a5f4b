import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Provider {
  issuer: string;
  port: number;
  /** Goes with it. */
  directory: string;
  /** It goes dark. */
  stop(): Promise<void>;
  /** Again, on the same port and with the same keys. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

const program = join(import.meta.dirname, '../parts/oidc/server.mjs');

/** A real OpenID provider in a process of its own (test/parts/oidc). */
export async function startProvider(callbackUrls: readonly string[], env: Record<string, string> = {}): Promise<Provider> {
  const directory = mkdtempSync(join(tmpdir(), 'diraclab-oidc-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, [program], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, OIDC_PORT: String(port), OIDC_DIR: directory, OIDC_REDIRECT_URIS: callbackUrls.join(','), ...env },
    });
    child = started;
    let err = '';
    started.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      started.stdout.once('data', () => resolve());
      started.once('exit', (code) => reject(new Error(`the provider ended with ${code}: ${err}`)));
    });
  };
  const end = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGTERM');
    await gone;
  };
  await start();
  return {
    issuer: `http://localhost:${port}/auth/realms/egi`,
    port,
    directory,
    start,
    stop: end,
    async remove() {
      await end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
