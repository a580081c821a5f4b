import '../testing/browser';
import type { JobQuery } from '@diraclab/contract';
import { Widget } from '@lumino/widgets';
import { aJob, absent, anOperation, eventually, ScriptedSession } from '../testing/session';
import { ModelBody } from '../ui/model-body';
import type { Question } from './bulk';
import { TableModel } from './model';
import { Table } from './table';

let session: ScriptedSession;
let table: ModelBody<TableModel>;
let executed: unknown[];
let questions: Question[];
let agreed: boolean;
let told: string[];

// A page that is laid out would give the grid its height; jsdom lays nothing out.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 728 });

function show(query: JobQuery = {}) {
  table?.dispose();
  const confirm = async (question: Question) => {
    questions.push(question);
    return agreed;
  };
  const model = new TableModel(session, query, confirm, () => (operation) => void told.push(operation.state));
  table = new ModelBody(model, 'dirac-JobTable', () => <Table model={model} execute={(command, args) => executed.push([command, args])} />);
  Widget.attach(table, document.body);
}

beforeEach(() => {
  session = new ScriptedSession();
  Object.assign(session, {
    call: async (name: string, input: unknown) => {
      session.calls.push({ name, input });
      if (name === 'countJobs') {
        const { where } = (input as { body: { where: { field: string }[] } }).body;
        return { counts: [{ value: 'Waiting', count: where[0]?.field === 'jobId' ? 1 : 10_000 }] };
      }
      return session.answers.shift();
    },
  });
  executed = [];
  questions = [];
  told = [];
  agreed = true;
  show();
});
afterEach(() => table.dispose());

const hostile = `<img src=x onerror=alert(1)>\u202Eevil${'x'.repeat(220)}`;
const slice = Array.from({ length: 200 }, (_, i) => aJob({ jobId: 10_000 - i, jobName: i === 1 ? hostile : `fit-${i}` }));
const ids = (jobs = slice) => jobs.map(({ jobId }) => jobId);
const listed = { order: ids(), jobs: slice, total: 10_000, next: 'more' };
const rows = () => [...table.node.querySelectorAll<HTMLElement>('.dirac-TableRow')];
const grid = () => table.node.querySelector<HTMLElement>('[role=grid]') ?? absent('no grid');
const press = (key: string, more: KeyboardEventInit = {}) =>
  grid().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
const footer = () => table.node.querySelector('.dirac-TableFooter')?.textContent ?? '';
const current = () => document.getElementById(grid().getAttribute('aria-activedescendant') ?? '')?.dataset['jobId'];
const button = (text: RegExp) =>
  [...table.node.querySelectorAll('button')].find((node) => text.test(node.textContent ?? '')) ?? absent(`no button ${text.source}`);
const shown = async () => {
  session.say('view', listed);
  await eventually(() => expect(rows().length).toBeGreaterThan(20));
};

describe('the job table', () => {
  it('says that it asks, and never "empty" before the server has answered', async () => {
    await eventually(() => expect(table.node.textContent).toContain('Asking the server…'));
    session.say('view', { order: [], jobs: [], total: 0, next: null });
    await eventually(() => expect(table.node.textContent).toContain('Nothing has been submitted yet.'));
  });

  it('holds 10,000 jobs in fewer than 60 rows, and says how many there are', async () => {
    await shown();
    expect(rows().length).toBeLessThanOrEqual(60);
    expect(grid().getAttribute('aria-rowcount')).toBe('10001');
    await eventually(() => expect(footer()).toContain('showing 1–27 of 10,000'));
  });

  it('says ≈ where the server has only reckoned', async () => {
    await shown();
    session.say('view', { ...listed, order: ids().slice(1), total: 123_456, approximate: true });
    await eventually(() => expect(footer()).toMatch(/of ≈123,456/));
  });

  it('shows names from outside as text', async () => {
    await shown();
    expect(table.node.querySelector('img')).toBeNull();
    expect(rows()[1]?.querySelector('.dirac-MiddleCut-whole')?.textContent).toBe(hostile);
  });

  it('sorts in the database and says so to a screen reader', async () => {
    await shown();
    button(/^Name/).click();
    await eventually(() => expect(session.watching[0]?.spec).toMatchObject({ query: { sort: { field: 'jobName', direction: 'asc' } } }));
    const sorted = () => [...table.node.querySelectorAll('[role=columnheader]')].map((node) => node.getAttribute('aria-sort'));
    await eventually(() => expect(sorted()).toEqual([null, 'none', 'ascending', 'none', 'none', 'none', 'none', 'none', 'none', null]));
    // The old rows stay until the new ones are here.
    expect(rows().length).toBeGreaterThan(20);
  });

  it('moves, opens and selects by keys', async () => {
    await shown();
    press('j');
    press('ArrowDown');
    await eventually(() => expect(current()).toBe('9998'));
    press('Enter');
    expect(executed).toEqual([['dirac:open-job', { jobId: 9998 }]]);
    press(' ');
    press('ArrowDown', { shiftKey: true });
    await eventually(() => expect(footer()).toContain('2 selected'));
    press('Escape');
    await eventually(() => expect(footer()).not.toContain('selected'));
    press('/');
    expect(document.activeElement?.hasAttribute('data-filter-input')).toBe(true);
  });

  it('kills everything that matches as one query, after a question with its number', async () => {
    show({ where: [{ field: 'status', operator: 'in', values: ['Waiting'] }] });
    await shown();
    press('a', { ctrlKey: true });
    await eventually(() => expect(footer()).toContain('all 10,000 selected'));
    agreed = false;
    press('Delete');
    await eventually(() => expect(questions).toHaveLength(1));
    expect(questions[0]).toMatchObject({ title: 'Kill 10,000 jobs?', typed: 10_000 });
    expect(session.calls.some(({ name }) => name === 'startOperation')).toBe(false);
    agreed = true;
    session.answers.push(anOperation({ state: 'Delayed', total: 10_000 }));
    press('Delete');
    await eventually(() => expect(told).toEqual(['Delayed']));
    const where = [{ field: 'status', operator: 'in', values: ['Waiting'] }];
    expect(session.calls.find(({ name }) => name === 'startOperation')?.input).toEqual({ body: { act: 'kill', where } });
    session.say('operation', { operation: anOperation({ state: 'Running', accepted: 1000 }) });
    const refusals = [{ reason: 'it is Done', count: 1, jobIds: [1] }];
    session.say('operation', {
      operation: anOperation({ state: 'Done', accepted: 9999, refused: 1, refusals, endTime: '2026-11-23T10:00:15.000Z' }),
    });
    await eventually(() =>
      expect(table.node.querySelector('.dirac-Result')?.textContent).toBe(
        '9,999 jobs killed, 1 refused: 1 because it is Done (such as 1).',
      ),
    );
    expect(told).toEqual(['Delayed', 'Running', 'Done']);
    await eventually(() => expect(session.kinds()).toEqual(['view']));
  });

  it('stays at the job it is on when others come above it', async () => {
    await shown();
    press('j');
    await eventually(() => expect(current()).toBe('9999'));
    session.say('view', { order: [10_001, ...ids().slice(0, 199)], jobs: [aJob({ jobId: 10_001 })], total: 10_001, next: 'more' });
    await eventually(() => expect(table.model.current).toBe(2));
    expect(current()).toBe('9999');
    agreed = false;
    press('Delete');
    await eventually(() => expect(questions).toHaveLength(1));
    expect(table.model.picked.named).toEqual(new Map([[9999, 'Waiting']]));
    expect(questions[0]?.title).toBe('Kill job 9999?');
  });

  it('has nothing new to say when one comes back to it', async () => {
    await shown();
    table.model.rows.show(100, 140, [106, 134]);
    table.hide();
    table.show();
    await shown();
    expect(table.model.rows.waiting).toBeUndefined();
  });

  it('saves what is shown as a view, by the text of its query, and shows it again', async () => {
    show({
      where: [
        { field: 'status', operator: 'in', values: ['Failed'] },
        { field: 'age', operator: 'lt', values: ['2d'] },
      ],
    });
    await shown();
    const view = { name: 'failed', text: 'state=Failed age<2d', shared: false, owner: 'alice', mine: true, savedTime: '' };
    session.answers.push({ views: [] }, view, { views: [view] });
    button(/^Views/).click();
    await eventually(() => expect(table.node.textContent).toContain('No view is saved yet.'));
    const name = table.node.querySelector<HTMLInputElement>('[aria-label="Name of the view"]') ?? absent('no name');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(name, 'failed');
    name.dispatchEvent(new Event('input', { bubbles: true }));
    button(/^Save$/).click();
    await eventually(() => button(/^failed$/));
    expect(session.calls.find(({ name: called }) => called === 'saveView')?.input).toMatchObject({
      body: { name: 'failed', text: 'state=Failed age<2d', shared: false },
    });
    table.model.setWhere([]);
    button(/^failed$/).click();
    await eventually(() => expect(table.model.rows.where).toHaveLength(2));
  });

  it('lets new rows wait while one reads further down', async () => {
    await shown();
    table.model.rows.show(100, 140, [106, 134]);
    const more = aJob({ jobId: 10_001 });
    session.say('view', { order: [10_001, ...ids().slice(0, 199)], jobs: [more], total: 10_001, next: 'more' });
    await eventually(() => button(/^1 new/));
    expect(table.model.rows.slices?.at(0)?.jobId).toBe(10_000);
    button(/^1 new/).click();
    await eventually(() => expect(table.model.rows.slices?.at(0)?.jobId).toBe(10_001));
  });

  it('keeps its rows while offline and disables the acts with the reason', async () => {
    await shown();
    press(' ');
    await eventually(() => button(/^Kill 1…/));
    session.live.enter({ kind: 'offline', since: new Date(), reason: 'The server does not answer.' });
    await eventually(() => expect(footer()).toContain('offline since'));
    expect(button(/^Kill 1…/)).toMatchObject({ disabled: true, title: expect.stringMatching(/^Not possible while offline/) as string });
    expect(rows().length).toBeGreaterThan(20);
    expect(table.hasClass('dirac-mod-stale')).toBe(true);
  });

  it('watches nothing while another tab is in front', async () => {
    await shown();
    expect(session.kinds()).toEqual(['view']);
    table.hide();
    expect(session.kinds()).toEqual([]);
  });
});
