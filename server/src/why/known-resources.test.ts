import type { ResourceOffer } from '@diraclab/contract';
import { describeBothDatabases } from '../database/testing.ts';
import { anyOffer } from '../testing/test-grid.ts';
import { createKnownResources } from './known-resources.ts';
import type { KnownResources } from './known-resources.ts';
import { aResource } from './testing.ts';

const at = (site: string, computingElement = `ce.${site}`) => ({ pilotId: 1, vo: 'v', site, computingElement });
const sizes = (known: KnownResources) => known.list().map(({ offer }) => [offer.site, offer.processors, offer.ramMB]).sort(); // prettier-ignore
const hear = (known: KnownResources, site: string, offer: Partial<ResourceOffer> = {}, fresh = true) =>
  known.hear(at(site), { ...anyOffer, ...offer }, fresh);

describeBothDatabases('the resources that are known', (open) => {
  it('ten thousand pilots on equal nodes are one, also while they are busy; what is larger takes the place of what is smaller', async () => {
    const known = await createKnownResources(await open(), []);
    for (let n = 0; n < 10_000; n += 1) void hear(known, 'A', { processors: 1 + (n % 4), cpuTimeLeftS: 100_000 + n });
    expect(sizes(known)).toEqual([['A', 4, 8000]]);
    await hear(known, 'A', { processors: 16, ramMB: 2000 });
    expect(sizes(known)).toEqual([['A', 16, 2000], ['A', 4, 8000]]); // prettier-ignore
    await hear(known, 'A', { processors: 16, ramMB: 8000 });
    expect(sizes(known)).toEqual([['A', 16, 8000]]);
  });

  it('one server’s are the others’ too, and stay when all of them restart', async () => {
    const database = await open();
    const [here, there] = [await createKnownResources(database, []), await createKnownResources(database, [])];
    await hear(here, 'A');
    await hear(there, 'B');
    await here.sync();
    await there.sync();
    await here.sync();
    expect(sizes(here)).toEqual([['A', 4, 8000], ['B', 4, 8000]]); // prettier-ignore
    expect(sizes(there)).toEqual(sizes(here));
    await hear(there, 'A', { processors: 8 });
    await there.sync();
    expect(sizes(await createKnownResources(database, []))).toEqual([['A', 8, 8000], ['B', 4, 8000]]); // prettier-ignore
  });

  it('what nobody saw for a week is forgotten; being heard keeps it', async () => {
    const database = await open();
    const known = await createKnownResources(database, []);
    await hear(known, 'A');
    await hear(known, 'B');
    await known.sync();
    await database.transaction((tx) => tx.updateTable('offer_signatures').set({ last_seen_ms: 0 }).execute());
    const later = await createKnownResources(database, []);
    await hear(later, 'B');
    await later.sync();
    expect(sizes(later)).toEqual([['B', 4, 8000]]);
  });

  it('how large a resource is at rest is known from pilots that had taken nothing', async () => {
    const known = await createKnownResources(await open(), []);
    await hear(known, 'A', { processors: 2 }, false);
    expect(known.list()).toMatchObject([{ whole: false }]);
    await hear(known, 'A', { processors: 2 }, true);
    expect(known.list()).toMatchObject([{ whole: true }]);
    await hear(known, 'A', { processors: 1 }, false);
    expect(known.list()).toMatchObject([{ whole: true, offer: { processors: 2 } }]);
  });

  it('a site that is configured counts before its pilot speaks, once, and with as many slots as it has now', async () => {
    const database = await open();
    const configured = (processors: number) => [aResource({ site: 'A', processors }, { spoken: false })];
    const first = await createKnownResources(database, configured(8));
    expect(sizes(first)).toEqual([['A', 8, 16_000]]);
    await hear(first, 'A', { processors: 8 });
    await first.sync();
    expect(sizes(first)).toEqual([['A', 8, 8000]]);
    const fewer = await createKnownResources(database, configured(2));
    expect(sizes(fewer)).toEqual([['A', 2, 16_000]]);
    // The pilot of before lives on, and is busy.
    await hear(fewer, 'A', { processors: 1 }, false);
    expect(sizes(fewer)).toEqual([['A', 2, 8000]]);
  });

  it('a pilot that says something else each time does not fill the memory', async () => {
    const known = await createKnownResources(await open(), []);
    for (let n = 0; n < 1000; n += 1) void hear(known, 'A', { processors: 1 + n, ramMB: 1000 - n });
    expect(known.list().length).toBeLessThanOrEqual(32);
  });
});
