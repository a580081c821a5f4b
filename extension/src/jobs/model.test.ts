import { ScriptedSession, aJob, eventually } from '../testing/session';
import { JobsModel, newestJobs } from './model';
import { failuresFirst, merge, searchConditions } from './view';

describe('the window on the newest jobs', () => {
  it('keeps rows that did not change, takes those that did, and forgets those that left', () => {
    const known = merge(new Map(), { order: [3, 2, 1], jobs: [aJob({ jobId: 1 }), aJob({ jobId: 2 }), aJob({ jobId: 3 })] });
    const next = merge(known, { order: [4, 3, 2], jobs: [aJob({ jobId: 4 }), aJob({ jobId: 2, status: 'Done' })] });
    expect([...next].map(([jobId, { status }]) => [jobId, status])).toEqual([
      [4, 'Waiting'],
      [3, 'Waiting'],
      [2, 'Done'],
    ]);
  });
});

it.each([
  ['', []],
  ['  ', []],
  ['42', [{ field: 'jobId', operator: 'eq', values: [42] }]],
  ['#42', [{ field: 'jobId', operator: 'eq', values: [42] }]],
  ['fit', [{ field: 'jobName', operator: 'like', values: ['*fit*'] }]],
  ['fit-?', [{ field: 'jobName', operator: 'like', values: ['fit-?'] }]],
  // Longer than any job's number: a name.
  ['9'.repeat(20), [{ field: 'jobName', operator: 'like', values: [`*${'9'.repeat(20)}*`] }]],
])('searching %j asks for %j', (text, conditions) => expect(searchConditions(text)).toEqual(conditions));

it('puts groups with failures first and leaves the rest as the server ordered them', () => {
  const group = (jobGroup: string, counts: object) => ({ jobGroup, total: 1, counts, firstJobId: 1, lastUpdateTime: '' });
  const groups = [group('new', { Done: 1 }), group('lost', { Stalled: 1 }), group('old', { Waiting: 1 }), group('bad', { Failed: 1 })];
  expect(failuresFirst(groups).map(({ jobGroup }) => jobGroup)).toEqual(['lost', 'bad', 'new', 'old']);
});

describe('the Jobs panel’s model', () => {
  it('watches only while it is seen, and keeps its rows when it is not', () => {
    const session = new ScriptedSession();
    const model = new JobsModel(session);
    expect(session.kinds()).toEqual([]);
    model.start();
    expect(session.kinds()).toEqual(['counts', 'view']);
    session.say('view', { order: [7], jobs: [aJob()], total: 1, next: null });
    model.stop();
    expect(session.kinds()).toEqual([]);
    expect(model.jobs).toHaveLength(1);
    model.start();
    expect(session.kinds()).toEqual(['counts', 'view']);
  });

  it('calls nothing empty before the server has said so', () => {
    const session = new ScriptedSession();
    const model = new JobsModel(session);
    model.start();
    expect(model.isEmpty).toBe(false);
    session.say('counts', { counts: {}, groups: [] });
    expect(model.isEmpty).toBe(true);
    session.say('counts', { counts: { Waiting: 1 }, groups: [] });
    expect(model.isEmpty).toBe(false);
  });

  it('searches in the database after a pause in typing: one new watch for all the letters', async () => {
    const session = new ScriptedSession();
    const model = new JobsModel(session);
    model.start();
    for (const text of ['f', 'fi', 'fit']) model.setSearch(text);
    const wanted = {
      where: [{ field: 'jobName', operator: 'like', values: ['*fit*'] }],
      sort: { field: 'jobId', direction: 'desc' },
      limit: newestJobs,
    };
    await eventually(() =>
      expect(session.watching.map(({ spec }) => ('query' in spec ? spec.query : spec.kind))).toEqual(['counts', wanted]),
    );
    model.dispose();
  });

  it('asserts no state by itself: a kill is "killing" until it is answered, and a refusal says why', async () => {
    const session = new ScriptedSession();
    const model = new JobsModel(session);
    model.start();
    session.say('view', { order: [7], jobs: [aJob({ status: 'Running' })], total: 1, next: null });
    session.answers.push({ successful: [], failed: [{ jobId: 7, code: 'IllegalTransition', detail: 'Job 7 is Done.' }] });
    const killed = model.act('kill', { jobId: 7 });
    expect(model.pending.get(7)).toBe('kill');
    expect(model.jobs[0]?.status).toBe('Running');
    await killed;
    expect(model.pending.size).toBe(0);
    expect(model.trouble).toMatchObject({ what: 'Job 7 was not killed', why: 'Job 7 is Done.', code: 'IllegalTransition' });
    session.answers.push({ successful: [7], failed: [] });
    await model.act('kill', { jobId: 7 });
    expect(session.calls.at(-1)).toEqual({ name: 'killJobs', input: { body: { jobIds: [7] } } });
    expect(model.result).toBe('Job 7 is killed.');
    expect(model.trouble).toBeUndefined();
  });

  it('says when the server refuses to show the jobs', () => {
    const session = new ScriptedSession();
    const model = new JobsModel(session);
    model.start();
    session.watching.find(({ spec }) => spec.kind === 'view')?.onRefused?.({ code: 'NotAllowed', detail: 'Your group may not list jobs.' });
    expect(model.trouble).toMatchObject({ what: 'The jobs could not be listed', why: 'Your group may not list jobs.' });
  });
});
