import { describeBothDatabases } from './database/testing.ts';
import { createLeases, readServiceName } from './leases.ts';

describeBothDatabases('leases of agents', (open) => {
  it('one of two servers does the work, keeps it while it lives, and another takes over when it is dead', async () => {
    const database = await open();
    const [first, second] = [createLeases(database), createLeases(database)];
    expect([await first('cleaning', 60_000), await second('cleaning', 60_000), await second('accounting', 60_000)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([await first('cleaning', 60_000), await second('cleaning', 60_000), await first('accounting', 60_000)]).toEqual([
      true,
      false,
      false,
    ]);
    // As if its holder had been silent for as long as the lease lasts.
    await database.transaction((tx) => tx.updateTable('agent_leases').set({ until_ms: 1 }).where('agent', '=', 'cleaning').execute());
    expect([await second('cleaning', 60_000), await first('cleaning', 60_000)]).toEqual([true, false]);
  });

  it('of many that ask at once, one', async () => {
    const database = await open();
    const answers = await Promise.all(Array.from({ length: 10 }, () => createLeases(database)('cleaning', 60_000)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('a service has one name, for all its servers', async () => {
    const database = await open();
    expect(await readServiceName(database)).toMatch(/^diraclab:[0-9a-f]{16}$/);
    expect(await readServiceName(database)).toBe(await readServiceName(database));
  });
});
