import { sql } from 'kysely';
import { boxes, columns, door, labels, put, withBoxes } from './conformance.ts';
import { affectedRows, insertRows, isUniqueViolation, kindOf, lockNext, lockRows, nested, updateRows } from './port.ts';
import { describeBothDatabases } from './testing.ts';

describeBothDatabases('what every database promises', (open, kind) => {
  it('keeps what a transaction wrote, and gives back what its work gave', async () => {
    const database = await withBoxes(await open());
    const given = await database.transaction(async (tx) => {
      await put(tx, 1);
      return 'done';
    });
    expect(given).toBe('done');
    expect(await labels(database.read)).toEqual(['box 1']);
    expect([database.kind, kindOf(database.read)]).toEqual([kind, kind]);
  });

  it('keeps nothing when the work fails half way, and throws what it threw', async () => {
    const database = await withBoxes(await open());
    const mistake = new Error('bob changed his mind');
    const failing = database.transaction(async (tx) => {
      await put(tx, 1);
      throw mistake;
    });
    await expect(failing).rejects.toBe(mistake);
    expect(await labels(database.read)).toEqual([]);
  });

  it('lets a nested part fail alone', async () => {
    const database = await withBoxes(await open());
    await database.transaction(async (tx) => {
      await put(tx, 1);
      const bad = nested(tx, async () => {
        await put(tx, 2);
        await nested(tx, () => put(tx, 3));
        await put(tx, 4, 'box 1');
      });
      await expect(bad).rejects.toThrow(/unique/i);
      await nested(tx, () => put(tx, 5));
    });
    expect(await labels(database.read)).toEqual(['box 1', 'box 5']);
  });

  it('keeps nothing after a failed statement that nobody dealt with, even if its error was swallowed', async () => {
    const database = await withBoxes(await open());
    const careless = database.transaction(async (tx) => {
      await put(tx, 1);
      await put(tx, 2, 'box 1').catch(() => undefined);
    });
    await expect(careless).rejects.toThrow('A statement of this transaction failed');
    const goesOn = database.transaction(async (tx) => {
      await put(tx, 1);
      await put(tx, 1).catch(() => undefined);
      await put(tx, 3);
    });
    await expect(goesOn).rejects.toThrow('A statement of this transaction failed');
    expect(await labels(database.read)).toEqual([]);
  });

  it('recognises a unique violation, of a key and of a unique column, and no other', async () => {
    const database = await withBoxes(await open());
    await database.transaction((tx) => put(tx, 1));
    const errorOf = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      );
    const sameKey = await errorOf(database.transaction((tx) => put(tx, 1, 'other')));
    const sameLabel = await errorOf(database.transaction((tx) => put(tx, 2, 'box 1')));
    const noLabel = await errorOf(database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, [[3, null, null, null]])));
    expect([sameKey, sameLabel, noLabel].map(isUniqueViolation)).toEqual([true, true, false]);
    expect(isUniqueViolation(new Error('wrapped', { cause: sameKey }))).toBe(true);
    expect(noLabel).toBeInstanceOf(Error);
  });

  it('shows readers nothing before the commit, and everything after it', async () => {
    const database = await withBoxes(await open());
    const [written, looked] = [door(), door()];
    const writing = database.transaction(async (tx) => {
      await put(tx, 1);
      written.open();
      await looked.opened;
      expect(await labels(tx)).toEqual(['box 1']);
    });
    await written.opened;
    expect(await labels(database.read)).toEqual([]);
    looked.open();
    await writing;
    expect(await labels(database.read)).toEqual(['box 1']);
  });

  it('does not let a reader write', async () => {
    const database = await withBoxes(await open());
    await expect(sql`insert into boxes values (1, 'x', null, null)`.execute(database.read)).rejects.toThrow(/read-?only/i);
    await expect(database.read.transaction().execute(() => Promise.resolve())).rejects.toThrow('call transaction() of the Database');
    expect(await labels(database.read)).toEqual([]);
  });

  it('takes 10,000 rows in one call, with bytes, text of all kinds, fractions and nothing', async () => {
    const database = await withBoxes(await open());
    const content = new Uint8Array([0, 1, 254, 255]);
    const odd = ['{"a,b"}', 'it\'s \\ "quoted"', 'žluťoučký 猫 🐈', 'NULL', ''];
    const rows = Array.from({ length: 10_000 }, (_, i) => [
      i,
      `${odd[i % 5] ?? ''}#${i}`,
      i % 2 === 0 ? i / 4 : undefined,
      i % 3 === 0 ? content : null,
    ]);
    await database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, rows));
    const stored = await sql<{ box_id: number; label: string; weight: number | null; content: Uint8Array | null }>`
      select * from boxes order by box_id`.execute(database.read);
    const seen = stored.rows.map((row) => [row.box_id, row.label, row.weight ?? undefined, row.content && [...row.content].join()]);
    expect(seen).toEqual(rows.map(([id, label, weight, bytes]) => [id, label, weight, bytes && '0,1,254,255']));
  });

  it('keeps none of many rows when one is bad', async () => {
    const database = await withBoxes(await open());
    const rows = Array.from({ length: 2_500 }, (_, i) => [i, `box ${i === 2_400 ? 7 : i}`, null, null]);
    await expect(database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, rows))).rejects.toThrow(/unique/i);
    expect(await labels(database.read)).toEqual([]);
    await expect(database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, []))).resolves.toBeUndefined();
  });

  it('updates many rows by key in one call', async () => {
    const database = await withBoxes(await open());
    const ids = Array.from({ length: 1_500 }, (_, i) => i);
    await database.transaction(async (tx) => {
      await insertRows(
        boxes(tx),
        'boxes',
        columns,
        ids.map((id) => [id, `box ${id}`, null, null]),
      );
      await updateRows(
        boxes(tx),
        'boxes',
        ['box_id'],
        ['label', 'weight'],
        [...ids.slice(1).map((id) => [id, `new ${id}`, id / 2]), [9_999, 'nowhere', 1]],
      );
    });
    expect(await labels(database.read)).toEqual(ids.map((id) => (id === 0 ? 'box 0' : `new ${id}`)));
    const { rows } = await sql<{ weight: number }>`select sum(weight) as weight from boxes`.execute(database.read);
    expect(rows[0]?.weight).toBe((1_499 * 1_500) / 4);
  });

  it('answers counts, sums and conditions as numbers, and divides whole numbers wholly', async () => {
    const database = await withBoxes(await open());
    await database.transaction((tx) =>
      insertRows(boxes(tx), 'boxes', columns, [
        [1, 'a', null, null],
        [2, 'b', null, null],
      ]),
    );
    const { rows } = await sql`select count(*) as n, sum(box_id) as total, ${7} / 2 as half, exists (select 1 from boxes) as some,
      2 > 3 as never from boxes where box_id < ${1_800_000_000_000}`.execute(database.read);
    expect(rows).toStrictEqual([{ n: 2, total: 3, half: 3, some: 1, never: 0 }]);
  });

  it('counts the rows that a statement touched', async () => {
    const database = await withBoxes(await open());
    const counts = await database.transaction(async (tx) => {
      await insertRows(boxes(tx), 'boxes', columns, [
        [1, 'a', null, null],
        [2, 'b', null, null],
        [3, 'c', null, null],
      ]);
      const updated = await boxes(tx).updateTable('boxes').set({ weight: 1 }).where('box_id', '>', 1).executeTakeFirstOrThrow();
      const inserted = await boxes(tx)
        .insertInto('boxes')
        .values({ box_id: 1, label: 'again', weight: 0, content: null })
        .onConflict((c) => c.doNothing())
        .executeTakeFirstOrThrow();
      const raw = await sql`update boxes set weight = 2`.execute(tx);
      const deleted = await boxes(tx).deleteFrom('boxes').where('box_id', '=', 99).executeTakeFirstOrThrow();
      return [updated, inserted, raw, deleted].map(affectedRows);
    });
    expect(counts).toEqual([2, 0, 3, 0]);
  });

  it('gives every one of many claimers another row, and the last one none', async () => {
    const database = await withBoxes(await open());
    await database.transaction((tx) =>
      insertRows(
        boxes(tx),
        'boxes',
        columns,
        Array.from({ length: 8 }, (_, i) => [i, `box ${i}`, null, null]),
      ),
    );
    const claim = (byHand: boolean) =>
      database.transaction(async (tx) => {
        const next = boxes(tx).selectFrom('boxes').select('box_id').where('weight', 'is', null).orderBy('box_id').limit(1);
        const found = byHand
          ? (
              await sql<{ box_id: number }>`select box_id from boxes where weight is null order by box_id limit 1 ${lockNext(tx)}`.execute(
                tx,
              )
            ).rows[0]
          : await next.modifyEnd(lockNext(tx)).executeTakeFirst();
        if (found !== undefined) await boxes(tx).updateTable('boxes').set({ weight: 1 }).where('box_id', '=', found.box_id).execute();
        return found?.box_id;
      });
    const claimed = await Promise.all(Array.from({ length: 8 }, (_, i) => claim(i % 2 === 0)));
    expect(claimed.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await claim(false)).toBeUndefined();
  });

  it('adds up what many add to one row at once', async () => {
    const database = await withBoxes(await open());
    await database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, [[1, 'sum', 0, null]]));
    const addOne = () =>
      database.transaction(async (tx) => {
        const row = boxes(tx).selectFrom('boxes').select('weight').where('box_id', '=', 1);
        const { weight } = await row.modifyEnd(lockRows(tx)).executeTakeFirstOrThrow();
        await boxes(tx)
          .updateTable('boxes')
          .set({ weight: (weight ?? 0) + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, addOne));
    const { rows } = await sql<{ weight: number }>`select weight from boxes`.execute(database.read);
    expect(rows[0]?.weight).toBe(20);
  });

  it("tells its own clock at a transaction's begin", async () => {
    const database = await withBoxes(await open());
    const before = await database.nowMs();
    const [first, second] = [
      await database.transaction((_tx, nowMs) => Promise.resolve(nowMs)),
      await database.transaction((_tx, nowMs) => Promise.resolve(nowMs)),
    ];
    const after = await database.nowMs();
    expect([before, first, second, after].every(Number.isInteger)).toBe(true);
    expect([before, first, second, after]).toEqual([before, first, second, after].sort((a, b) => a - b));
    // The tests' database runs on this machine.
    expect(Math.abs(after - Date.now())).toBeLessThan(5_000);
  });

  it('refuses a transaction within a transaction, and a tx kept after its end', async () => {
    const database = await withBoxes(await open());
    await expect(database.transaction(() => database.transaction(() => Promise.resolve()))).rejects.toThrow('pass on its tx');
    let late: Promise<void> | undefined;
    const goOn = door();
    await database.transaction((tx) => {
      late = goOn.opened.then(() => put(tx, 1));
      return Promise.resolve();
    });
    goOn.open();
    await expect(late).rejects.toThrow('This transaction has ended');
    expect(await labels(database.read)).toEqual([]);
  });

  it('waits at its close for what runs, and takes nothing new', async () => {
    const location = await open.location();
    const database = await withBoxes(await open(location));
    const [began, goOn] = [door(), door()];
    const running = database.transaction(async (tx) => {
      began.open();
      await goOn.opened;
      await put(tx, 1);
    });
    await began.opened;
    const queued = database.transaction((tx) => put(tx, 2));
    const closing = database.close();
    await expect(database.transaction((tx) => put(tx, 3))).rejects.toMatchObject({ code: 'NotReady' });
    await expect(labels(database.read)).rejects.toMatchObject({ code: 'NotReady' });
    goOn.open();
    await Promise.all([running, queued, closing]);
    expect(await labels((await open(location)).read)).toEqual(['box 1', 'box 2']);
  });
});
