import fc from 'fast-check';
import { rejection, rejectionCodes } from '../task-queues/matcher.ts';
import type { Rejection } from '../task-queues/matcher.ts';
import { requirementsOf } from '../task-queues/requirements.ts';
import { ask, fitsOf } from './ask-matcher.ts';
import type { Reject } from './ask-matcher.ts';
import { textOf } from './cause-texts.ts';
import { explainWaiting } from './explain-waiting.ts';
import type { LivePilot } from './resource.ts';
import { anOffer, aQueue, aResource } from './testing.ts';

const quiet = { pilots: [], reject: rejection, ahead: 0 };

describe('why a job waits', () => {
  const federation = [
    ...Array.from({ length: 15 }, (_, i) => aResource({ vo: 'other', site: `O${i}` })),
    ...Array.from({ length: 21 }, (_, i) => aResource({ site: `S${i}`, ramMB: 8192 })),
    ...Array.from({ length: 3 }, (_, i) => aResource({ site: `L${i}`, ramMB: 16_384 })),
  ];

  it('is counted rule by rule, and what other communities have is not told', () => {
    const { funnel, fits, changes, code } = explainWaiting(aQueue({ minRamMB: 16_384 }), { ...quiet, resources: federation });
    expect(fits).toEqual({ now: 3, of: 24 });
    expect(funnel.map(({ code: by, left }) => [by, left])).toEqual([
      [null, 24],
      ['TOO_LITTLE_MEMORY', 3],
      ['NO_PILOT_NOW', 0],
      ['NO_FREE_SLOT', 0],
    ]);
    expect(code).toBe('NO_PILOT_NOW');
    expect(changes).toEqual([{ change: { minRamMB: 8192 }, text: '8 GiB instead of 16 GiB: fits 24 resources of 24', fits: 24 }]);
  });

  it('names the change of one need that would help, the most helpful first, and none where one is not enough', () => {
    const resources = [
      aResource({ tags: ['GPU'], processors: 4 }),
      aResource({ site: 'S2', processors: 16 }),
      aResource({ site: 'S3', processors: 16 }),
    ];
    const { headline, changes, next } = explainWaiting(aQueue({ tags: ['GPU'], numberOfProcessors: 16 }), { ...quiet, resources });
    expect(headline).toBe('None of 3 resources can take it: most of them (2) offers no tag; the job needs the tag GPU.');
    expect(changes.map(({ change, fits }) => [change, fits])).toEqual([
      [{ tags: [] }, 2],
      [{ numberOfProcessors: 4 }, 1],
    ]);
    expect(next).toContain('Without the tag GPU: fits 2 resources of 3.');
    expect(explainWaiting(aQueue({ tags: ['GPU'], platforms: ['p9'], minRamMB: 1e6 }), { ...quiet, resources }).changes).toEqual([]);
  });

  it('follows the matcher: with another rule there is another reason, another count, another change', () => {
    const resources = [aResource(), aResource({ site: 'S2' })];
    const night: Reject = (queue, offer) =>
      rejection(queue, offer) ?? (offer.site === 'S2' && queue.requirements.numberOfProcessors > 2 ? { code: 'TOO_FEW_PROCESSORS', offered: '2', needed: '4' } : undefined); // prettier-ignore
    const queue = aQueue({ numberOfProcessors: 4 });
    expect(explainWaiting(queue, { ...quiet, resources })).toMatchObject({ fits: { now: 2, of: 2 }, changes: [] });
    const changed = explainWaiting(queue, { ...quiet, resources, reject: night });
    expect(changed.fits).toEqual({ now: 1, of: 2 });
    expect(changed.causes.map(({ code, text }) => [code, text])).toContainEqual([
      'TOO_FEW_PROCESSORS',
      'has 2 processors; the job asks for 4',
    ]);
    expect(changed.funnel.find(({ code }) => code === 'TOO_FEW_PROCESSORS')?.left).toBe(1);
    const nobody: Reject = () => ({ code: 'BANNED_SITE', offered: 'S', needed: 'not S' });
    expect(explainWaiting(queue, { ...quiet, resources, reject: nobody })).toMatchObject({ code: 'BANNED_SITE', actor: 'you' });
  });

  it('tells slots that are taken from a turn to wait for, and from pilots that have too little left', () => {
    const pilot = (more: Partial<LivePilot>): LivePilot => ({ computingElement: 'ce.S1', offer: anOffer, asking: false, ...more });
    const explain = (pilots: LivePilot[], ahead = 0) =>
      explainWaiting(aQueue({ cpuTimeS: 80_000 }), { reject: rejection, resources: [aResource()], pilots, ahead });
    expect(explain([]).code).toBe('NO_PILOT_NOW');
    expect(explain([pilot({})]).code).toBe('NO_FREE_SLOT');
    expect(explain([pilot({})], 2)).toMatchObject({ code: 'TURN', causes: [{ text: '2 jobs of the same queue come first.' }] });
    expect(explain([pilot({ asking: true })]).code).toBe('TURN');
    const old = explain([pilot({ asking: true, offer: { ...anOffer, cpuTimeLeftS: 500 } })]);
    expect(old).toMatchObject({ code: 'NO_FREE_SLOT', causes: [{}, { code: 'TOO_LITTLE_TIME', actor: 'turn' }] });
    // Another computing element's pilots are no help.
    expect(explain([pilot({ computingElement: 'ce.other', asking: true })]).code).toBe('NO_PILOT_NOW');
  });

  it('has a sentence, a step and a next act for every way the matcher says no', () => {
    for (const code of rejectionCodes) {
      const said: Rejection = { code, offered: 'x', needed: 'y' };
      const { says, step, next } = textOf(code);
      expect([says(said), step('something'), next].every((text) => text.length > 5)).toBe(true);
      const { causes, headline, next: act } = explainWaiting(aQueue(), { ...quiet, resources: [aResource()], reject: () => said });
      expect(causes).toMatchObject([{ code, text: says(said) }]);
      expect([headline.length > 10, act]).toEqual([true, next]);
    }
  });

  it('says nothing that the matcher does not: whatever the needs and resources, the funnel ends where it fits, and a change fits as many as it says', () => {
    const names = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 });
    const needs = fc.record({
      sites: names, bannedSites: names, tags: names, platforms: names, cpuTimeS: fc.constantFrom(1, 20_000, 80_000, 200_000),
      numberOfProcessors: fc.integer({ min: 1, max: 4 }), minRamMB: fc.integer({ min: 0, max: 4 }),
    }); // prettier-ignore
    const offer = fc.record({
      vo: fc.constantFrom('v', 'v', 'w'), site: fc.constantFrom('x', 'y', 'z'), platform: fc.constantFrom('x', 'y'), tags: names,
      processors: fc.integer({ min: 1, max: 4 }), ramMB: fc.integer({ min: 0, max: 4 }), cpuTimeLeftS: fc.constantFrom(360, 21_600, 86_400, 259_200),
    }); // prettier-ignore
    fc.assert(
      fc.property(needs, fc.array(offer, { maxLength: 12 }), (need, offers) => {
        const queue = aQueue(need);
        const resources = offers.map((one) => aResource(one));
        const { funnel, changes, fits } = explainWaiting(queue, { ...quiet, resources });
        const fitting = offers.filter((one) => rejection(queue, one) === undefined).length;
        expect(fits.now).toBe(fitting);
        expect(funnel.filter(({ code }) => code !== 'NO_PILOT_NOW' && code !== 'NO_FREE_SLOT').at(-1)?.left).toBe(fitting);
        for (const { change, fits: promised } of changes) {
          expect(Object.keys(change)).toHaveLength(1);
          const changed = {
            ...queue,
            requirements: { ...queue.requirements, ...requirementsOf({ executable: 'x', ...need, ...change } as never) },
          };
          expect(fitsOf(ask(changed, resources, rejection)).now).toBe(promised);
          expect(promised).toBeGreaterThan(fitting);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a change is the smallest that helps: one step less does not', () => {
    const resources = [1000, 2000, 4000].map((ramMB, i) => aResource({ site: `S${i}`, ramMB }));
    const { changes } = explainWaiting(aQueue({ minRamMB: 9000 }), { ...quiet, resources });
    expect(changes).toMatchObject([{ change: { minRamMB: 4000 }, fits: 1 }]);
    expect(fitsOf(ask(aQueue({ minRamMB: 4001 }), resources, rejection)).now).toBe(0);
  });
});
