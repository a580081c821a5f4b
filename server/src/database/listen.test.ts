import { sql } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import { announce } from './port.ts';
import { describeBothDatabases } from './testing.ts';

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i += 1) await wait(25);
  expect(holds()).toBe(true);
}

describeBothDatabases('what one server announces', (open, kind) => {
  it('costs nothing where there is nobody to hear it', async () => {
    const database = await open();
    database.listen('jobs', () => undefined);
    await expect(database.transaction((tx) => announce(tx, 'jobs'))).resolves.toBeUndefined();
  });

  if (kind === 'sqlite') return;

  it('others hear once it is committed, and nothing else; after an outage everybody is told to look', async () => {
    const location = await open.location();
    const [one, two] = [await open(location), await open(location)];
    const heard: string[] = [];
    two.listen('jobs', () => heard.push('jobs'));
    two.listen('matching', () => heard.push('matching'));
    // Told to look when it has connected.
    await until(() => heard.length >= 2);
    heard.splice(0);
    const undone = one.transaction(async (tx) => {
      await announce(tx, 'matching');
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await one.transaction((tx) => announce(tx, 'jobs'));
    await until(() => heard.length > 0);
    expect(heard).toEqual(['jobs']);
    heard.splice(0);
    await one.transaction((tx) => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'diraclab-listener' and datname = current_database()`.execute(tx)); // prettier-ignore
    await until(() => heard.includes('matching') && heard.includes('jobs'));
  });
});
