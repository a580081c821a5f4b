import { createClient, fetchTransport, getTokens, signOut, whoAmI } from '@diraclab/contract';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../server/src/logger.ts';
import { startServer } from '../../server/src/server.ts';
import { readConfig } from '../../server/src/config.ts';
import { describeBothDatabases } from '../../server/src/database/testing.ts';
import { fillRegistry } from '../../server/src/registry/testing.ts';
import { until } from '../grid/real-server.ts';
import { freePort, startProvider } from './provider.ts';
import { askAsLab, communities, serviceConfig, signInBrowser, withIssuer } from './stage.ts';

describeBothDatabases('two servers of one service', (open, kind) => {
  if (kind === 'sqlite') return it('need PostgreSQL', () => expect(kind).toBe('sqlite'));

  it('take each other’s codes and tokens, and a sign-out on one is seen on the other', async () => {
    const location = await open.location();
    const ports = [await freePort(), await freePort()] as const;
    const publicUrl = `http://localhost:${ports[0]}`;
    const provider = await startProvider([`${publicUrl}/api/identity/callback`]);
    const service = await serviceConfig(provider, publicUrl);
    const directories: string[] = [];
    const starting = ports.map(async (port) => {
      const directory = await mkdtemp(join(tmpdir(), 'diraclab-two-'));
      directories.push(directory);
      const given = readConfig(['--data', directory, '--no-local-site'], { DIRACLAB_LOG_LEVEL: 'error' });
      if (given === undefined || location.kind !== 'postgres') throw new Error('no configuration');
      const listen = { kind: 'tcp' as const, host: 'localhost', port };
      return startServer({ ...given, databaseUrl: location.url, listen, service }, createLogger('error'), '', {}, () => undefined);
    });
    const servers = await Promise.all(starting);
    try {
      const database = await open(location);
      await fillRegistry(database, withIssuer(communities, provider.issuer));
      const [one, two] = ports.map((port) => (token?: string) => createClient(fetchTransport(`http://localhost:${port}`), () => (token === undefined ? {} : { authorization: `Bearer ${token}` }))); // prettier-ignore
      if (one === undefined || two === undefined) throw new Error('no servers');
      const asked = askAsLab({ publicUrl });
      const code = (await signInBrowser(asked, 'alice')).searchParams.get('code') ?? '';
      const tokens = await two()(getTokens, {
        body: { grantType: 'authorizationCode', code, codeVerifier: asked.verifier, redirectUri: asked.redirectUri },
      });
      const renewed = await one()(getTokens, { body: { grantType: 'refreshToken', refreshToken: tokens.refreshToken } });
      for (const server of [one, two]) expect(await server(renewed.accessToken)(whoAmI, {})).toMatchObject({ owner: 'alice' });
      await one()(signOut, { body: { refreshToken: renewed.refreshToken } });
      const refused = (): Promise<true | undefined> => two(renewed.accessToken)(whoAmI, {}).then(() => undefined, () => true as const); // prettier-ignore
      expect(await until('the other server refuses', refused)).toBe(true);
    } finally {
      for (const server of servers) await server.stop();
      for (const directory of directories) await rm(directory, { recursive: true, force: true });
      await provider.remove();
    }
  });
});
