import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../server/src/database/open.ts';
import { fillRegistry } from '../../server/src/registry/testing.ts';
import { root } from '../grid/real-server.ts';
import { freePort, startProvider, type Provider } from '../identity/provider.ts';
import { communities, withIssuer } from '../identity/stage.ts';

export interface UiService {
  url: string;
  provider: Provider;
  /** Standard error so far. */
  log(): string;
  end(): Promise<void>;
}

/** The bundled server as a service of two communities, in front of a real OpenID provider. */
export async function startUiService(): Promise<UiService> {
  const directory = mkdtempSync(join(tmpdir(), 'diraclab-service-'));
  const url = `http://localhost:${await freePort()}`;
  const provider = await startProvider([`${url}/api/identity/callback`]);
  const database = await openDatabase({ kind: 'sqlite', path: join(directory, 'diraclab.sqlite') });
  await fillRegistry(database, withIssuer(communities, provider.issuer));
  await database.close();
  writeFileSync(join(directory, 'client-secret'), 'wms-web-secret\n', { mode: 0o600 });
  const egi = { name: 'egi', title: 'EGI Check-in', issuer: provider.issuer, clientId: 'wms-web' };
  const config = {
    mode: 'service',
    publicUrl: url,
    listen: new URL(url).host,
    providers: [{ ...egi, clientSecretFile: join(directory, 'client-secret') }],
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [join(root, 'server/dist/server.mjs'), '--data', directory], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const end = async () => {
    child.kill('SIGTERM');
    await ended;
    await provider.remove();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const isUp = new Promise<void>((up) =>
    child.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (/listening on /.test(chunk.toString())) up();
    }),
  );
  await Promise.race([isUp, ended]);
  if (child.exitCode === null) return { url, provider, log: () => log, end };
  await end();
  throw new Error(`the service did not come up:\n${log}`);
}
