import { deleteProxy, getProxy, searchAudit, uploadProxy, whoAmI } from '@diraclab/contract';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureSecretFile, toSecret } from '../identity/secret-file.ts';
import { createLogger } from '../logger.ts';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid } from '../testing/test-grid.ts';
import { readProxyFor } from './read-proxy-for.ts';
import { fileOf, TestCa } from './testing.ts';
import type { Made } from './testing.ts';

let ca: TestCa;
let alice: Made;
let proxy: Made;
let pem: string;
beforeAll(() => {
  ca = new TestCa();
  alice = ca.person('alice');
  proxy = ca.proxy('alice', alice);
  pem = fileOf(proxy, alice);
});
afterAll(() => ca.remove());

const ofAlice = { owner: 'alice', vo: 'vo-a', ownerGroup: 'a_user' };

describeGrid('proxies', (start) => {
  it('alice stores, sees, replaces and deletes hers; who holds the secret opens it again for her jobs alone', async () => {
    const grid = await start({ trustedCasDirectory: ca.trusted });
    const as = await withPeople(grid);
    const her = await as('alice', 'vo-a', 'a_user');
    await expect(her.call(getProxy, {})).rejects.toMatchObject({ code: 'NotFound', next: expect.stringContaining('dproxy') as string });
    const info = await her.call(uploadProxy, { body: { pem } });
    expect(info).toMatchObject({ subject: '/DC=org/DC=example/CN=alice', vo: 'vo-a', ownerGroup: 'a_user', expired: false });
    // It lasts two days.
    expect(info.warning).toContain('expires soon');
    await her.call(uploadProxy, { body: { pem: fileOf(ca.proxy('alice', alice, { days: 1 }), alice) } });
    const again = await her.call(uploadProxy, { body: { pem } });
    expect(await her.call(getProxy, {})).toEqual(again);

    const secret = await ensureSecretFile(join(grid.dataDirectory, 'secret'));
    const opened = await readProxyFor(grid.database, secret, ofAlice);
    expect(opened).toContain(proxy.certificate);
    expect(opened).toContain(proxy.key);
    await expect(readProxyFor(grid.database, secret, { ...ofAlice, ownerGroup: 'a_admin' })).rejects.toMatchObject({ code: 'NotFound' });
    // Neither is a row any good that was put under another name.
    await grid.database.transaction(async (tx) => void (await tx.updateTable('proxies').set({ owner: 'anna' }).execute()));
    await expect(readProxyFor(grid.database, secret, { ...ofAlice, owner: 'anna' })).rejects.toMatchObject({ code: 'NotReady' });
    await grid.database.transaction(async (tx) => void (await tx.updateTable('proxies').set({ owner: 'alice' }).execute()));
    const other = toSecret(randomBytes(32).toString('base64url'));
    await expect(readProxyFor(grid.database, other, ofAlice)).rejects.toMatchObject({ code: 'NotReady', message: expect.stringContaining('another secret') as string }); // prettier-ignore

    expect(await her.call(deleteProxy, {})).toEqual({ subject: '/DC=org/DC=example/CN=alice' });
    await expect(her.call(deleteProxy, {})).rejects.toMatchObject({ code: 'NotFound' });
    await expect(readProxyFor(grid.database, secret, ofAlice)).rejects.toMatchObject({ code: 'NotFound' });
    const operator = await as('olga', 'vo-ops', 'ops');
    const { entries } = await operator.call(searchAudit, { body: { acts: ['credential'] } });
    expect(entries.map(({ owner, detail }) => [owner, detail?.split(' ')[0]])).toEqual([
      ['alice', 'deleted'], ['alice', 'stored'], ['alice', 'stored'], ['alice', 'stored'],
    ]); // prettier-ignore
  });

  it('the first who brings a name has it: another person with the same proxy is refused, and nobody sees hers', async () => {
    const grid = await start({ trustedCasDirectory: ca.trusted });
    const as = await withPeople(grid);
    await (await as('alice', 'vo-a', 'a_user')).call(uploadProxy, { body: { pem } });
    for (const [owner, vo, group] of [['bob', 'vo-b', 'b_user'], ['adam', 'vo-a', 'a_admin'], ['anna', 'vo-a', 'a_shared']] as const) {
      const { call } = await as(owner, vo, group);
      await expect(call(getProxy, {})).rejects.toMatchObject({ code: 'NotFound' });
      await expect(call(deleteProxy, {})).rejects.toMatchObject({ code: 'NotFound' });
      const refused = await call(uploadProxy, { body: { pem } }).catch((error: Error) => error);
      expect(refused).toMatchObject({ code: 'NotAllowed' });
      expect((refused as Error).message.replaceAll('CN=alice', '')).not.toContain('alice');
    } // prettier-ignore
    expect(await (await as('alice', 'vo-a', 'a_user')).call(getProxy, {})).toMatchObject({ expired: false });
    await grid.database.transaction(async (tx) => void (await tx.updateTable('proxies').set({ not_after_ms: 1 }).execute()));
    expect(await (await as('alice', 'vo-a', 'a_user')).call(getProxy, {})).toMatchObject({ expired: true, warning: expect.stringContaining('has expired') as string }); // prettier-ignore
    const secret = await ensureSecretFile(join(grid.dataDirectory, 'secret'));
    await expect(readProxyFor(grid.database, secret, ofAlice)).rejects.toMatchObject({ code: 'NotFound', message: expect.stringContaining('expired') as string }); // prettier-ignore
  });

  it('the key is in no file, row, log line, audit line and answer', async () => {
    const lines: string[] = [];
    const grid = await start({ trustedCasDirectory: ca.trusted }, createLogger('debug', { write: (line) => void lines.push(line) }));
    const answers: unknown[] = [await grid.call(uploadProxy, { body: { pem } })];
    answers.push(
      await grid.call(uploadProxy, { body: { pem: pem.slice(0, -40) } }).catch((error: Error) => `${error.message}${error.stack}`),
    );
    answers.push(await grid.call(uploadProxy, { body: { pem: fileOf(alice) } }).catch((error: Error) => `${error.message}${error.stack}`));
    answers.push(await grid.call(getProxy, {}), await grid.call(whoAmI, {}), await grid.call(searchAudit, { body: {} }));
    const rows = JSON.stringify(await grid.database.read.selectFrom('proxies').selectAll().execute());
    expect(rows).toContain('CN=alice');
    const files: string[] = [];
    for (const { parentPath, name } of (await readdir(grid.dataDirectory, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()))
      files.push((await readFile(join(parentPath, name))).toString('latin1')); // prettier-ignore
    for (const canary of [proxy.key, alice.key].flatMap((key) => key.trim().split('\n').slice(1, -1)))
      for (const place of [JSON.stringify(answers), lines.join(''), rows, ...files]) expect(place.includes(canary)).toBe(false);
    expect((await stat(join(grid.dataDirectory, 'secret'))).mode & 0o777).toBe(0o600);
    await grid.restart();
    expect(await grid.call(getProxy, {})).toMatchObject({ subject: '/DC=org/DC=example/CN=alice' });
  });

  it('a service that knows no CA takes none', async () => {
    const service = { publicUrl: 'https://x', providers: [], tls: undefined, trustedProxies: [], labUrls: [], secretFile: join(ca.directory, 'secret') }; // prettier-ignore
    const grid = await start({ service });
    const { call } = await (await withPeople(grid))('alice', 'vo-a', 'a_user');
    await expect(call(uploadProxy, { body: { pem } })).rejects.toMatchObject({ code: 'NotAllowed', next: expect.stringContaining('trustedCasDirectory') as string }); // prettier-ignore
  });
});
