import { ContractError } from '@diraclab/contract';
import type { Database } from './database/port.ts';
import { boxes, labels, put, withBoxes } from './database/conformance.ts';
import { describeBothDatabases } from './database/testing.ts';
import { groupCommit } from './group-commit.ts';

/** The real database behind a bad line: it does the work, and then what `after` says. */
function behind(database: Database, after: () => void): Database & { transactions: number } {
  const line = {
    transactions: 0,
    async transaction<T>(work: Parameters<typeof database.transaction<T>>[0]): Promise<T> {
      line.transactions += 1;
      const result = await database.transaction(work);
      after();
      return result;
    },
  };
  return Object.setPrototypeOf(line, database) as Database & { transactions: number };
}

const outcomes = async (items: Promise<unknown>[]) => (await Promise.allSettled(items)).map(({ status }) => status);

describeBothDatabases('many small writes in one commit', (open) => {
  it('a bad one fails alone', async () => {
    const database = await withBoxes(await open());
    const write = groupCommit<number, number>(database, async (tx, ids) => {
      for (const id of ids) await put(tx, id);
      return [...ids];
    });
    await write(1);
    expect(await outcomes([2, 1, 3].map(write))).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await labels(database.read)).toEqual(['box 1', 'box 2', 'box 3']);
  });

  it('a commit whose answer was lost is not done again, which would do everything twice', async () => {
    const database = await withBoxes(await open());
    let lost = 0;
    const line = behind(database, () => {
      lost += 1;
      if (lost === 2)
        throw new ContractError('NotReady', 'The connection was lost while it committed: whether this was kept is not known.');
    });
    let next = 0;
    const write = groupCommit<string, string>(line, async (tx, items) => {
      for (const label of items) await boxes(tx).insertInto('boxes').values({ box_id: ++next, label: `${label} ${next}`, weight: null, content: null }).execute(); // prettier-ignore
      return [...items];
    });
    expect(await outcomes(['a', 'b', 'c'].map(write))).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await labels(database.read)).toEqual(['a 1', 'b 2', 'c 3']);
  });

  it('an outage is told to all at once and not found out for each anew', async () => {
    const database = await withBoxes(await open());
    const line = behind(database, () => {
      throw new ContractError('NotReady', 'The connection to the database was lost; nothing of this was kept.');
    });
    const write = groupCommit<number, number>(line, (_tx, ids) => Promise.resolve([...ids]));
    expect(new Set(await outcomes(Array.from({ length: 500 }, (_, id) => write(id))))).toEqual(new Set(['rejected']));
    expect(line.transactions).toBe(2);
  });
});
