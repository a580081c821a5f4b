import '../testing/browser';
import type { JobQuery } from '@diraclab/contract';
import { Widget } from '@lumino/widgets';
import { ScriptedSession, aJob, absent, eventually, signedIn, signedOut } from '../testing/session';
import { JobsPanel } from './panel';

let session: ScriptedSession;
let panel: JobsPanel;
let opened: (number | JobQuery)[];

beforeEach(() => {
  session = new ScriptedSession();
  opened = [];
  panel = new JobsPanel(session, {
    openJob: (jobId) => opened.push(jobId),
    openTable: (query) => opened.push(query),
    signIn: () => opened.push(-1),
    switchGroup: () => opened.push(-2),
  });
  Widget.attach(panel, document.body);
});
afterEach(() => panel.dispose());

const threeJobs = [
  aJob({ jobId: 3, status: 'Running' }),
  aJob({ jobId: 2, status: 'Failed' }),
  aJob({ jobId: 1, status: 'Done', jobName: '' }),
];
const listed = { order: [3, 2, 1], jobs: threeJobs, total: 1204, next: null };
const rows = () => [...panel.node.querySelectorAll<HTMLElement>('[role=row]')];
const button = (name: string) => {
  const all = [...panel.node.querySelectorAll('button')];
  const found = all.find((node) => node.getAttribute('aria-label') === name || node.textContent === name);
  if (!found)
    throw new Error(`no button "${name}" among ${all.map((node) => node.getAttribute('aria-label') ?? node.textContent).join(' | ')}`);
  return found;
};
const press = (node: Element, key: string) => node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const shown = async () => {
  session.say('view', listed);
  await eventually(() => expect(rows()).toHaveLength(3));
};

describe('the Jobs panel', () => {
  it('waits for the server before it says anything', async () => {
    await eventually(() => expect(panel.node.textContent).toContain('Asking the server…'));
    expect(panel.node.textContent).not.toContain('Nothing has been submitted');
  });

  it('says nothing of signing in where nobody does', async () => {
    session.signIn.enter({ kind: 'noSignIn' });
    await shown();
    expect(panel.node.textContent).not.toMatch(/sign/i);
    expect(panel.node.querySelector('.dirac-Who')).toBeNull();
  });

  it('says for whom it shows jobs, with the way to another group, whose jobs it then waits for', async () => {
    session.signIn.enter(signedIn());
    await shown();
    const change = await eventually(() => button('VO cta, group cta_user: change'));
    expect(panel.node.querySelector('.dirac-Who')?.textContent).toBe('alicecta/cta_user ▾');
    change.click();
    expect(opened).toEqual([-2]);
    session.signIn.enter(signedIn({ ownerGroup: 'cta_prod' }));
    await eventually(() => expect(rows()).toHaveLength(0));
  });

  it('offers the way in, once, and no act that needs it', async () => {
    session.say('counts', { counts: {}, groups: [] });
    session.signIn.enter(signedOut(true));
    session.live.enter({ kind: 'signed-out' });
    (await eventually(() => button('Sign in again'))).click();
    expect(opened).toEqual([-1]);
    expect(panel.node.textContent).toContain('running jobs are not affected');
    expect(panel.node.textContent).not.toContain('Run a hello job');
    expect(panel.hasClass('dirac-mod-signedOut')).toBe(true);
  });

  it('offers one act when there is nothing', async () => {
    session.say('counts', { counts: {}, groups: [] });
    session.answers.push({ jobIds: [1], jobGroup: 'g', repeated: false });
    (await eventually(() => button('Run a hello job'))).click();
    await eventually(() => expect(panel.node.textContent).toContain('Job 1 is submitted.'));
    expect(session.calls[0]).toMatchObject({ name: 'submitJobs', input: { body: { description: { jobName: 'hello' } } } });
  });

  it('opens the table from a state and from a group, with their conditions', async () => {
    const group = { jobGroup: 'fit', total: 3, counts: { Done: 2, Failed: 1 }, firstJobId: 1, lastUpdateTime: '' };
    session.say('counts', { counts: { Done: 2, Failed: 1 }, groups: [group] });
    const chips = () => [...panel.node.querySelectorAll<HTMLElement>('.dirac-Chip')];
    await eventually(() => expect(chips().map((node) => node.textContent)).toEqual(['✗Failed 1', '✓Done 2']));
    chips()[0]?.click();
    (await eventually(() => panel.node.querySelector<HTMLElement>('.dirac-GroupRow') ?? absent('no group'))).click();
    expect(opened).toEqual([
      { where: [{ field: 'status', operator: 'in', values: ['Failed'] }] },
      { where: [{ field: 'jobGroup', operator: 'eq', values: ['fit'] }] },
    ]);
    const bar = panel.node.querySelector('[role=progressbar]');
    expect(bar?.getAttribute('aria-valuetext')).toBe('3 jobs: 2 done, 1 failed or lost');
  });

  it('says how many there are and shows rows that can be named', async () => {
    await shown();
    expect(panel.node.textContent).toContain('showing 1–3 of 1,204');
    expect(rows().map((row) => row.getAttribute('aria-label'))).toEqual([
      'hello, job 3, Running, Pilot Agent Submission',
      'hello, job 2, Failed, Pilot Agent Submission',
      'Job 1, job 1, Done, Pilot Agent Submission',
    ]);
  });

  it('is used without a mouse: arrows, Enter, Del with one more question, Esc', async () => {
    await shown();
    const inTabOrder = () => rows().filter((row) => row.tabIndex === 0).map((row) => row.dataset['jobId']); // prettier-ignore
    expect(inTabOrder()).toEqual(['3']);
    rows()[0]?.focus();
    press(rows()[0] ?? document.body, 'ArrowDown');
    await eventually(() => expect(document.activeElement).toBe(rows()[1]));
    await eventually(() => expect(inTabOrder()).toEqual(['2']));
    press(rows()[1] ?? document.body, 'Enter');
    expect(opened).toEqual([2]);
    // Job 2 has ended: there is nothing to kill.
    press(rows()[1] ?? document.body, 'Delete');
    press(rows()[1] ?? document.body, 'Home');
    await eventually(() => expect(document.activeElement).toBe(rows()[0]));
    press(rows()[0] ?? document.body, 'Delete');
    await eventually(() => expect(document.activeElement?.textContent).toBe('Kill'));
    press(document.activeElement ?? document.body, 'Escape');
    await eventually(() => expect(document.activeElement).toBe(rows()[0]));
    expect(session.calls).toEqual([]);
    press(rows()[0] ?? document.body, 'Delete');
    session.answers.push({ successful: [3], failed: [] });
    (await eventually(() => button('Kill job 3'))).click();
    await eventually(() => expect(panel.node.querySelector('.dirac-Result')?.textContent).toBe('Job 3 is killed.'));
    expect(session.calls).toEqual([{ name: 'killJobs', input: { body: { jobIds: [3] } } }]);
  });

  it('keeps its rows while offline, says since when and why, and disables the acts with the reason', async () => {
    await shown();
    session.live.enter({ kind: 'offline', since: new Date(), reason: 'The server does not answer.' });
    await eventually(() => expect(panel.node.textContent).toMatch(/offline since \d\d:\d\d.*The server does not answer\./s));
    expect(rows()).toHaveLength(3);
    expect(panel.hasClass('dirac-mod-stale')).toBe(true);
    // Header and list are drawn one after the other.
    await eventually(() => expect(button('Kill job 3…').title).toMatch(/^Not possible while offline since/));
    expect(button('Kill job 3…').disabled).toBe(true);
    press(rows()[0] ?? document.body, 'Delete');
    button('Try now').click();
    expect(session.retries).toBe(1);
    session.live.enter({ kind: 'live' });
    await eventually(() => expect(button('Kill job 3…').disabled).toBe(false));
    expect(panel.node.querySelector('[data-act=confirm]')).toBeNull();
    expect(panel.hasClass('dirac-mod-stale')).toBe(false);
  });

  it('stops watching when another panel is shown', () => {
    expect(session.kinds()).toEqual(['counts', 'view']);
    panel.hide();
    expect(session.kinds()).toEqual([]);
    panel.show();
    expect(session.kinds()).toEqual(['counts', 'view']);
  });
});
