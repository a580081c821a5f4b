import { noOperatorPolicy } from '@diraclab/contract';
import type { SiteLimit } from '@diraclab/contract';
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/port.ts';
import { describeDatabase } from '../database/testing.ts';
import { savePolicy } from '../matching-policy/save-policy.ts';
import { insertPilot } from '../pilots/pilot-store.ts';
import { personOf, submitAs } from '../testing/submit-as.ts';
import { anyOffer } from '../testing/test-grid.ts';
import type { KnownPilot } from './claim-jobs.ts';
import { createMatcher } from './match-job.ts';
import type { Matcher } from './match-job.ts';
import { createQueueTable } from './queue-table.ts';

const site = 'S';

/** What a server has of matching, on a connection of its own. */
async function matcherOn(database: Database): Promise<Matcher> {
  const queues = await createQueueTable(database);
  return createMatcher(database, queues, 1000, async ({ queueDeltas, rows }) => void (await queues.apply(queueDeltas, rows)));
}

async function makePilots(database: Database, n: number): Promise<KnownPilot[]> {
  const stamp = () => randomBytes(8).toString('hex');
  return database.transaction(async (tx, nowMs) => {
    const pilots: KnownPilot[] = [];
    for (let i = 0; i < n; i += 1) {
      const pilotId = await insertPilot(tx, { pilotStamp: stamp(), tokenHash: stamp(), site, computingElement: 'c', host: 'h', vo: 'laptop', slots: 1 }, nowMs); // prettier-ignore
      pilots.push({ pilotId, vo: 'laptop', site, computingElement: 'c' });
    }
    return pilots;
  });
}

describeDatabase('postgres', 'two matchers on one database', (open) => {
  it('keep a limit of a site together, to the job, and a policy saved meanwhile holds for both', async () => {
    const location = await open.location();
    const [one, two] = [await open(location), await open(location)];
    const matchers = [await matcherOn(one), await matcherOn(two)];
    await submitAs(one, personOf('g'), 200);
    const pilots = await makePilots(one, 12);
    for (let round = 0; round < 12; round += 1) {
      const limits: SiteLimit[] = [{ site, jobs: {}, running: (round + 1) * 5 }];
      await savePolicy(one, { kind: 'operator' }, { ifVersion: round, policy: { ...noOperatorPolicy, limits } }, 'alice');
      // The first questions find the last limit full, and read the new one.
      const ask = async (pilot: KnownPilot, i: number): Promise<unknown> => matchers[i % 2]?.match(pilot, anyOffer);
      await Promise.all([...pilots, ...pilots].map(ask));
      const { n } = await one.read.selectFrom('jobs').select((eb) => eb.fn.countAll<number>().as('n')).where('status', '=', 'Matched').executeTakeFirstOrThrow(); // prettier-ignore
      expect(Number(n)).toBe((round + 1) * 5);
    }
  });

  it('a site that was banned a moment ago gets nothing, though the matcher has not heard of it', async () => {
    const location = await open.location();
    const [one, two] = [await open(location), await open(location)];
    const matcher = await matcherOn(two);
    await submitAs(one, personOf('g'), 3);
    const [pilot] = await makePilots(one, 1);
    if (pilot === undefined) throw new Error('there is no pilot');
    expect(await matcher.match(pilot, anyOffer)).toHaveLength(1);
    await savePolicy(
      one,
      { kind: 'operator' },
      { ifVersion: 0, policy: { ...noOperatorPolicy, bannedSites: { [site]: 'closed' } } },
      'alice',
    );
    expect(await matcher.match(pilot, anyOffer)).toEqual([]);
  });
});
