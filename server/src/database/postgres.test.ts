import { sql } from 'kysely';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { boxes, columns, door, labels, put, withBoxes } from './conformance.ts';
import type { DatabaseLocation } from './open.ts';
import { openDatabase } from './open.ts';
import { insertRows } from './port.ts';
import { describeDatabase, onTestPostgres, testPostgresUrl } from './testing.ts';

const urlOf = (location: DatabaseLocation) => (location.kind === 'postgres' ? location.url : '');
const at = (url: string, change: (url: URL) => void) => {
  const changed = new URL(url);
  change(changed);
  return openDatabase({ kind: 'postgres', url: changed.href });
};

describeDatabase('postgres', 'PostgreSQL', (open) => {
  it('runs the work of a deadlock again, and both are kept', async () => {
    const database = await withBoxes(await open());
    await database.transaction((tx) =>
      insertRows(boxes(tx), 'boxes', columns, [
        [1, 'a', 0, null],
        [2, 'b', 0, null],
      ]),
    );
    let tries = 0;
    const add = (tx: Parameters<typeof boxes>[0], boxId: number) =>
      boxes(tx)
        .updateTable('boxes')
        .set((eb) => ({ weight: eb('weight', '+', 1) }))
        .where('box_id', '=', boxId)
        .execute();
    const both = [door(), door()];
    const crossing = (mine: number, others: number) =>
      database.transaction(async (tx) => {
        tries++;
        await add(tx, mine);
        both[mine - 1]?.open();
        await both[others - 1]?.opened;
        await add(tx, others);
      });
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect(tries).toBe(3);
    const { rows } = await sql<{ weight: number }>`select weight from boxes`.execute(database.read);
    expect(rows).toEqual([{ weight: 2 }, { weight: 2 }]);
  });

  it('runs the work again when its connection is cut, and readers find their way too', async () => {
    const location = await open.location();
    const database = await withBoxes(await open(location));
    let tries = 0;
    await database.transaction(async (tx) => {
      await put(tx, 1);
      if (++tries === 1) await cutConnections(location);
      await put(tx, 2);
    });
    expect(tries).toBe(2);
    expect(await labels(database.read)).toEqual(['box 1', 'box 2']);
  });

  it('does not run the work again when the connection is cut at the commit, and says that the outcome is not known', async () => {
    const location = await open.location();
    const database = await withBoxes(await open(location));
    // A check at the commit that takes long enough to be cut.
    await database.transaction(async (tx) => {
      await sql`create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(30); return null; end'`.execute(tx);
      await sql`create constraint trigger slow after insert on boxes deferrable initially deferred for each row execute function slow()`.execute(
        tx,
      );
    });
    let tries = 0;
    const work = database.transaction(async (tx) => {
      tries++;
      await put(tx, 1);
      setTimeout(() => void cutConnections(location), 100);
    });
    await expect(work).rejects.toMatchObject({ code: 'NotReady', message: expect.stringContaining('whether this was kept is not known') });
    expect(tries).toBe(1);
  });

  it('says NotReady while PostgreSQL takes no connection, and goes on when it does again', async () => {
    const location = await open.location();
    const database = await withBoxes(await open(location));
    const name = new URL(urlOf(location)).pathname.slice(1);
    await onTestPostgres(`alter database ${name} allow_connections false`);
    await cutConnections(location);
    await expect(database.transaction((tx) => put(tx, 1))).rejects.toMatchObject({ code: 'NotReady', status: 503 });
    await onTestPostgres(`alter database ${name} allow_connections true`);
    await database.transaction((tx) => put(tx, 2));
    expect(await labels(database.read)).toEqual(['box 2']);
  });
});

/** As PostgreSQL does at a restart, and an operator with pg_terminate_backend. */
async function cutConnections(location: DatabaseLocation): Promise<void> {
  const name = new URL(urlOf(location)).pathname.slice(1);
  await onTestPostgres(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
}

describeDatabase('postgres', 'a PostgreSQL that cannot be used', (open) => {
  it('is named when it has no such database', async () => {
    await expect(at(testPostgresUrl, (url) => (url.pathname = '/no_such_database'))).rejects.toMatchObject({
      code: 'NotReady',
      message: expect.stringMatching(/has no database no_such_database\.$/),
      next: expect.stringContaining('createdb no_such_database'),
    });
  });

  it('is named when the user may not come in, or may not make tables', async () => {
    await expect(at(testPostgresUrl, (url) => (url.username = 'mallory'))).rejects.toMatchObject({
      code: 'NotReady',
      message: expect.stringContaining('mallory'),
    });
    const location = await open.location();
    const role = `diraclab_test_reader_${process.pid}`;
    await onTestPostgres(`create role ${role} login`);
    try {
      await expect(at(urlOf(location), (url) => (url.username = role))).rejects.toMatchObject({
        code: 'NotReady',
        message: expect.stringContaining(`User ${role} may not make tables`),
      });
    } finally {
      await onTestPostgres(`drop role ${role}`);
    }
  });
});

describe('a PostgreSQL URL that leads nowhere', () => {
  it.each(['mysql://bob:secret@host/db', 'host=localhost', 'postgres://bob:secret@host:notaport/db', ''])(
    'is refused without repeating it: %s',
    async (url) => {
      const error: unknown = await openDatabase({ kind: 'postgres', url }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'NotReady',
        message: 'The database URL is not one of PostgreSQL.',
        next: expect.stringContaining('postgres://'),
      });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
    },
  );

  it('is named when nothing listens, or the host is not known', async () => {
    const port = await freePort();
    await expect(openDatabase({ kind: 'postgres', url: `postgres://bob:secret@127.0.0.1:${port}/db` })).rejects.toMatchObject({
      code: 'NotReady',
      message: `Nothing answers for PostgreSQL at 127.0.0.1:${port} (ECONNREFUSED).`,
    });
    await expect(openDatabase({ kind: 'postgres', url: 'postgres://bob@no-such-host.invalid/db' })).rejects.toMatchObject({
      code: 'NotReady',
      message: expect.stringContaining('no-such-host.invalid'),
    });
  });

  // The tests' own PostgreSQL may trust everybody and never ask; these are the bytes with which PostgreSQL 15 answers a wrong password.
  it('is named when the password is wrong or missing', async () => {
    const asks = Buffer.from('520000000800000003', 'hex');
    const fields = 'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "bob"\0\0';
    const refuses = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), Buffer.from(fields)]);
    refuses.writeInt32BE(fields.length + 4, 1);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(asks);
        socket.once('data', () => socket.end(refuses));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error: unknown = await openDatabase({ kind: 'postgres', url: `postgres://bob:secret@127.0.0.1:${port}/db` }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'NotReady', message: `PostgreSQL at 127.0.0.1:${port} does not accept the password of user bob.` });
    server.close();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
