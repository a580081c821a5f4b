import '../testing/browser';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { scrollTo } from '../testing/browser';
import { ScriptedSession, aJob, absent, eventually } from '../testing/session';
import { cardMimeType } from './payload';
import { CardRenderer } from './renderer';

let session: ScriptedSession;
let renderer: CardRenderer;
let opened: unknown[];

beforeEach(() => {
  session = new ScriptedSession();
  opened = [];
  renderer = new CardRenderer(session, { openJob: (jobId) => opened.push(jobId), openTable: (query) => opened.push(query) });
  Widget.attach(renderer, document.body);
});
afterEach(() => renderer.dispose());

const render = async (payload: unknown, trusted = true) => {
  await renderer.renderModel({ data: { [cardMimeType]: payload }, metadata: {}, trusted } as unknown as IRenderMime.IMimeModel);
  await eventually(() => expect(renderer.node.querySelector('section')).not.toBeNull());
};
const card = (job = aJob()) => ({ v: 1, kind: 'job', id: job.jobId, server: 'http://127.0.0.1', snapshot: job });
const group = (counts: object, more = {}) => ({
  v: 1,
  kind: 'group',
  id: 'fit',
  server: '',
  snapshot: { jobGroup: 'fit', total: 3, counts, ...more },
});
const text = () => renderer.node.textContent ?? '';
const find = (label: string) => [...renderer.node.querySelectorAll('button')].find((node) => node.textContent === label);

describe('a card in a notebook', () => {
  it('draws its snapshot at once, as an object or as JSON in a string, and says that it is one', async () => {
    await render(JSON.stringify(card(aJob({ minorStatus: 'In queue' }))));
    expect(text()).toMatch(/Waiting.*hello.*7.*In queue.*as of/s);
    expect(session.kinds()).toEqual([]);
  });

  it('follows its job only while it is in view, with its output', async () => {
    await render(card());
    scrollTo(renderer.node, true);
    expect(session.watching[0]?.spec).toEqual({ kind: 'jobs', jobIds: [7] });
    session.say('jobs', { jobs: [aJob({ status: 'Running', attempt: 1, site: 'LCG.Laptop.local' })] });
    await eventually(() => expect(text()).toMatch(/Running.*at LCG\.Laptop\.local.*live/s));
    expect(session.kinds()).toEqual(['jobs', 'output']);
    session.say('output', { output: { stream: 'stdout', from: 0, text: 'one\ntwo\n', end: 8, complete: false } });
    await eventually(() => expect(renderer.node.querySelector('pre')?.textContent).toBe('one\ntwo'));
    scrollTo(renderer.node, false);
    expect(session.kinds()).toEqual([]);
    expect(text()).toContain('Running');
    renderer.dispose();
    expect(session.kinds()).toEqual([]);
  });

  it('starts the output anew when the job runs again', async () => {
    await render(card());
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs: [aJob({ status: 'Running', attempt: 1 })] });
    session.say('output', { output: { stream: 'stdout', from: 0, text: 'first\n', end: 6, complete: false } });
    session.say('jobs', { jobs: [aJob({ status: 'Running', attempt: 2 })] });
    session.say('output', { output: { stream: 'stdout', from: 0, text: 'second\n', end: 7, complete: true } });
    await eventually(() => expect(renderer.node.querySelector('pre')?.textContent).toBe('second'));
    expect(session.kinds()).toEqual(['jobs']);
  });

  it.each([
    ['markup', '<img src=x onerror="globalThis.hacked = true">'],
    ['a right-to-left override', '\u202Egnp.eciovni'],
    ['255 characters', 'x'.repeat(255)],
    ['quotes and tabs', `it's "quoted"\tand more`],
  ])('shows %s as text and nothing else', async (_, hostile) => {
    await render(card(aJob({ jobName: hostile, minorStatus: hostile, site: hostile })), false);
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs: [aJob({ jobName: hostile, minorStatus: hostile, site: hostile, attempt: 1 })] });
    session.say('output', { output: { stream: 'stdout', from: 0, text: hostile, end: 9, complete: true } });
    await eventually(() => expect(renderer.node.querySelector('pre')?.textContent).toBe(hostile));
    expect(renderer.node.querySelector('.dirac-Card-name')?.textContent).toBe(hostile);
    expect(renderer.node.querySelector('img, script, a, iframe, style')).toBeNull();
    expect(globalThis).not.toHaveProperty('hacked');
    // Isolated: a mark in a name turns nothing beside it.
    expect(renderer.node.querySelector('.dirac-Card-name')?.tagName).toBe('BDI');
  });

  it('offers to kill only in a trusted notebook', async () => {
    await render(card(), false);
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs: [aJob({ status: 'Running' })] });
    await eventually(() => expect(text()).toContain('live'));
    expect(find('Kill…')).toBeUndefined();
    expect(find('Open job')).toBeDefined();
  });

  it('asks once more and then kills', async () => {
    await render(card());
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs: [aJob({ status: 'Running' })] });
    (await eventually(() => find('Kill…') ?? absent('no kill button'))).click();
    session.answers.push({ successful: [7], failed: [] });
    (await eventually(() => find('Kill job 7') ?? absent('no question'))).click();
    await eventually(() => expect(text()).toContain('Job 7 is killed.'));
    expect(session.calls).toEqual([{ name: 'killJobs', input: { body: { jobIds: [7] } } }]);
  });

  it.each([
    ['no such job', []],
    ['another job by this number', [aJob({ jobName: 'a stranger', submissionTime: '2025-01-01T00:00:00.000Z' })]],
  ])('of another server (%s) stays as it was saved and acts on nothing', async (_, jobs) => {
    await render(card());
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs });
    await eventually(() => expect(text()).toContain('the server of this Lab does not know it'));
    expect(text()).not.toContain('a stranger');
    expect(renderer.node.querySelectorAll('button')).toHaveLength(0);
  });

  it('says since when it is offline and cannot act then', async () => {
    await render(card());
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs: [aJob({ status: 'Running' })] });
    session.live.enter({ kind: 'offline', since: new Date(), reason: '' });
    await eventually(() => expect(text()).toMatch(/offline since \d\d:\d\d/));
    expect(find('Kill…')?.disabled).toBe(true);
  });

  it('of a group shows counts by name and follows it', async () => {
    await render(group({ Waiting: 3 }, { jobIds: [5, 6, 7] }));
    scrollTo(renderer.node, true);
    expect(session.watching[0]?.spec).toEqual({ kind: 'group', jobGroup: 'fit' });
    session.say('group', { group: { jobGroup: 'fit', total: 3, counts: { Done: 2, Failed: 1 }, firstJobId: 5, lastUpdateTime: '' } });
    await eventually(() => expect(text()).toContain('3 jobs: 2 done, 1 failed or lost'));
    expect(find('Kill…')).toBeUndefined();
    find('Open as table')?.click();
    expect(opened).toEqual([{ where: [{ field: 'jobGroup', operator: 'eq', values: ['fit'] }] }]);
  });

  it('keeps what the server said when the notebook brings an older snapshot', async () => {
    await render(card());
    scrollTo(renderer.node, true);
    session.say('jobs', { jobs: [aJob({ status: 'Done' })] });
    await eventually(() => expect(text()).toContain('Done'));
    await render(card(aJob({ status: 'Running' })));
    expect(text()).not.toContain('Running');
  });

  it.each([
    [null, 'not a DIRAC card'],
    ['{', 'not a DIRAC card'],
    [{ v: 2, kind: 'job', snapshot: {} }, 'version 2'],
    [{ v: 1, kind: 'job', snapshot: { jobId: '7; drop', status: 'Done' } }, 'names no job'],
    [{ v: 1, kind: 'job', snapshot: { jobId: 7, status: 'constructor' } }, 'no known state'],
    [{ v: 1, kind: 'transfer', snapshot: {} }, 'kind'],
  ])('that is none (%j) says so', async (payload, said) => {
    await renderer.renderModel({ data: { [cardMimeType]: payload }, metadata: {}, trusted: true } as unknown as IRenderMime.IMimeModel);
    expect(text()).toContain(said);
    expect(renderer.node.children).toHaveLength(0);
  });
});
