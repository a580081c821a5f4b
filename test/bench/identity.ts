import { createClient, searchJobs } from '@diraclab/contract';
import type { RegistryFile } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../server/src/config.ts';
import { openDatabase } from '../../server/src/database/open.ts';
import type { Database, DatabaseKind } from '../../server/src/database/port.ts';
import { makeTestLocation } from '../../server/src/database/testing.ts';
import { getTokens } from '../../server/src/identity/get-tokens.ts';
import { openFamily } from '../../server/src/identity/open-family.ts';
import { openServiceIdentity } from '../../server/src/identity/service-identity.ts';
import type { ServiceIdentity } from '../../server/src/identity/service-identity.ts';
import { createLogger } from '../../server/src/logger.ts';
import { signInPerson } from '../../server/src/registry/index.ts';
import { fillRegistry } from '../../server/src/registry/testing.ts';
import { startServer } from '../../server/src/server.ts';
import { elapsedMs } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import type { Result } from './support/rounds.ts';

/**
 * What knowing people costs: 700 of them in 40 VOs with 3 groups each sign in for the first time, come again, and change the group, without
 * the provider's share; and a remembered token's check, beside a small request that needs one.
 */
const { windowMs } = readBenchOptions();
const people = 700;
const vos = 40;
const issuer = 'https://aai.example.org';
const groups = ['user', 'admin', 'production'];
const names = Array.from({ length: vos }, (_, i) => `vo${i}.example.org`);

const registry: RegistryFile = {
  format: 'diraclab-registry-1',
  vos: names.map((name) => {
    const roles = groups.map((role) => ({ role, ownerGroup: `${role}s` }));
    return { name, entitlement: { issuers: [issuer], namespace: 'urn:mace:egi.eu', authorities: ['aai.egi.eu'], roles, group: name } };
  }),
  groups: names.flatMap((vo) => groups.map((group) => ({ vo, name: `${group}s`, properties: ['NormalUser' as const] }))),
  people: [],
  robots: [],
};

const identityOf = (n: number) => ({
  provider: 'egi',
  issuer,
  subject: `${n}@egi.eu`,
  preferredUsername: `user${n}`,
  entitlements: groups.map((role) => `urn:mace:egi.eu:group:${names[n % vos] ?? ''}:role=${role}#aai.egi.eu`),
});

async function signIn(identity: ServiceIdentity, database: Database, n: number) {
  const { personId, owner } = await signInPerson(database, identityOf(n));
  const holder = { personId, owner, vo: names[n % vos] ?? '', ownerGroup: 'users', provider: 'egi' };
  const granted = await database.transaction((tx, nowMs) => openFamily(tx, holder, nowMs));
  return { ...granted, accessToken: await identity.accessTokens.issue({ ...granted }) };
}

const figure = (what: string, unit: string, ours: number[]): Result => ({ what, unit, ours, raw: [], ratios: [] });

async function measure(kind: DatabaseKind): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'diraclab-bench-'));
  const { location, remove } = await makeTestLocation(kind);
  const config = readConfig(['--data', directory, '--no-local-site'], {});
  if (config === undefined) throw new Error('no configuration');
  const service = { publicUrl: 'http://localhost:1', providers: [], tls: undefined, trustedProxies: [], labUrls: [], secretFile: join(directory, 'secret') }; // prettier-ignore
  const databaseUrl = location.kind === 'postgres' ? location.url : undefined;
  const server = await startServer({ ...config, databaseUrl, service }, createLogger('error'), '', {}, () => undefined);
  const database = await openDatabase(
    location.kind === 'postgres' ? location : { kind: 'sqlite', path: join(directory, 'diraclab.sqlite') },
  );
  try {
    await fillRegistry(database, registry);
    const identity = await openServiceIdentity(database, service, createLogger('error'));
    const first: number[] = [];
    const again: number[] = [];
    const change: number[] = [];
    let token = '';
    for (let n = 0; n < people; n += 1) first.push(await elapsedMs(() => signIn(identity, database, n)));
    for (let n = 0; n < people; n += 1) {
      let refreshToken = '';
      again.push(await elapsedMs(async () => ({ refreshToken, accessToken: token } = await signIn(identity, database, n))));
      const request = { grantType: 'refreshToken' as const, refreshToken, vo: names[n % vos] ?? '', ownerGroup: 'admins' };
      change.push(await elapsedMs(() => getTokens(identity, request)));
    }
    const call = createClient(nodeTransport(server.address), () => ({ authorization: `Bearer ${token}` }));
    const requestUs = await microsecondsOf(() => call(searchJobs, { body: { limit: 1 } }));
    await identity.revocations.look();
    await identity.findCaller(token);
    const checkUs = await microsecondsOf(() => identity.findCaller(token));
    return [
      figure(`first sign-in, ${kind}`, 'ms', first),
      figure(`sign-in, ${kind}`, 'ms', again),
      figure(`change of group, ${kind}`, 'ms', change),
      figure(`small request, 16 at once, ${kind}`, 'µs', [requestUs]),
      figure(`check of a remembered token, ${kind}`, 'µs', [checkUs]),
      figure(`check, share of a small request, ${kind}`, '%', [(100 * checkUs) / requestUs]),
    ];
  } finally {
    await database.close();
    await server.stop();
    await remove();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Microseconds of this process for one act, 16 under way at a time. */
async function microsecondsOf(act: () => Promise<unknown>): Promise<number> {
  const endMs = performance.now() + windowMs;
  let done = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (; performance.now() < endMs; done += 1) await act();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return ((performance.now() - began) * 1000) / done;
}

report('identity', [...(await measure('sqlite')), ...(await measure('postgres'))]);
