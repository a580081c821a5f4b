import '../testing/browser';
import { Widget } from '@lumino/widgets';
import type { Job, LogEntry, Why } from '@diraclab/contract';
import { aJob, absent, eventually, ScriptedSession } from '../testing/session';
import type { ModelBody } from '../ui/model-body';
import { createJobPage } from './body';
import type { JobModel } from './model';
import { append, mostLines } from './output-model';
import { headline, lasted, phases } from './timeline';

const entry = (status: string, seconds: number, minorStatus = 'm', attempt = 1): LogEntry => ({
  status, minorStatus, applicationStatus: '', time: new Date(Date.parse('2026-11-23T10:00:00Z') + seconds * 1000).toISOString(), source: 's', attempt,
}); // prettier-ignore

let session: ScriptedSession;
let page: ModelBody<JobModel>;
let executed: unknown[];
const description = {
  executable: '/bin/sh',
  arguments: ['-c', 'echo'],
  inputSandbox: [{ path: '<b>in</b>', digest: 'a'.repeat(64), sizeBytes: 5 }],
  tags: ['GPU'],
};
const { tags: _tags, ...untagged } = description;
let why: string;
const anAnswer = (headline: string): Why => ({
  jobId: 7, status: 'Waiting', since: '', evaluatedTime: '', code: 'MISSING_TAG', actor: 'you', headline, fits: { now: 0, of: 3 }, causes: [], next: null,
  funnel: [{ code: null, text: 'resources of your VO', left: 3 }, { code: 'MISSING_TAG', text: 'with tag <b>GPU</b>', left: 0 }],
  changes: [{ change: { tags: [] }, text: 'without the tag GPU: fits 2 resources of 3', fits: 2 }],
  order: { ahead: 3, competing: 40, startedLastHour: 5, typicalWait: { p50Ms: 60_000, p90Ms: 600_000, jobs: 5, of: 'queue' } },
}); // prettier-ignore

beforeEach(() => {
  session = new ScriptedSession();
  executed = [];
  why = 'No pilot is running that could take it.';
  Object.assign(session, {
    call: async (name: string, input: unknown) => {
      session.calls.push({ name, input });
      if (name === 'getJob') return { ...aJob(), description, outputs: [], attempts: [] };
      if (name === 'getJobLog') return { entries: [entry('Received', 0), entry('Waiting', 0)] };
      if (name === 'whyJob') return anAnswer(why);
      return session.answers.shift();
    },
  });
  page = createJobPage(
    session,
    7,
    (command, args) => executed.push([command, args]),
    () => executed.push('closed'),
  );
  Widget.attach(page, document.body);
});
afterEach(() => page.dispose());

const say = (more: Partial<Job> = {}) => session.say('jobs', { jobs: [aJob(more)] });
const button = (text: string) =>
  [...page.node.querySelectorAll('button')].find((node) => node.textContent === text) ?? absent(`no button ${text}`);
const asked = (name: string) => session.calls.filter((call) => call.name === name).length;
const pre = () => page.node.querySelector('pre')?.textContent;

describe('the phases of a job', () => {
  it('are its states with their durations; minor steps belong to them', () => {
    const found = phases([
      entry('Received', 0),
      entry('Waiting', 0),
      entry('Running', 60, 'Application'),
      entry('Running', 62, 'Uploading'),
      entry('Done', 65),
    ]);
    const nowMs = Date.parse('2026-11-23T11:00:00Z');
    expect(found.map((phase) => [phase.status, phase.minorStatus, lasted(phase, nowMs)])).toEqual([
      ['Received', 'm', '0.0 s'],
      ['Waiting', 'm', '1 min 0 s'],
      ['Running', 'Uploading', '5.0 s'],
      ['Done', 'm', ''],
    ]);
  });

  it('have a sentence', () => {
    const ran = { startExecTime: '2026-11-23T10:00:00Z', endExecTime: '2026-11-23T10:00:03Z', site: 'S' };
    const failed = aJob({ ...ran, status: 'Failed', minorStatus: 'Application Finished With Errors', exitCode: 1, attempt: 2 });
    expect(headline(failed, undefined, 0)).toBe('Failed after 3.0 s at S, attempt 2: Application Finished With Errors (exit code 1)');
  });
});

describe('the page of a job', () => {
  it('says why it waits, and asks again only when something has changed', async () => {
    say();
    await eventually(() => expect(page.node.querySelector('.dirac-Headline')?.textContent).toContain(why));
    expect(page.node.textContent).toContain('3 jobs of the same queue come before it.');
    expect([asked('getJob'), asked('getJobLog'), asked('whyJob')]).toEqual([1, 1, 1]);
    say();
    await new Promise((done) => setTimeout(done, 600));
    expect([asked('getJob'), asked('whyJob')]).toEqual([1, 1]);
    // While it waits, changes of the others count as well.
    expect(session.kinds()).toEqual(['jobs', 'counts']);
    why = 'It fits 1 of 1 pilots and waits for its turn.';
    session.say('counts', { counts: {}, groups: [] });
    await eventually(() => expect(page.node.querySelector('.dirac-Headline')?.textContent).toContain(why));
  });

  it('shows what each rule leaves, and takes a change that would help to the launchpad', async () => {
    say();
    await eventually(() =>
      expect(page.node.querySelector('[aria-label="Resources left by each rule"]')?.textContent).toBe(
        'resources of your VO3with tag <b>GPU</b>0',
      ),
    );
    expect(page.node.textContent).toContain(
      '40 wait in other queues for the same resources. 5 started in the last hour. Typical wait: half within 1 min 0 s',
    );
    (await eventually(() => (button('Try in launchpad').disabled ? absent('not read yet') : button('Try in launchpad')))).click();
    expect(executed).toEqual([['dirac:new-job', { description: untagged }]]);
  });

  it('opens at its output once it runs, follows it, and reads it only while it is shown', async () => {
    say({ status: 'Running', attempt: 1 });
    await eventually(() => expect(session.kinds()).toEqual(['jobs', 'output']));
    session.say('output', { output: { stream: 'stdout', from: 0, text: 'one\ntw', end: 6, complete: false } });
    session.say('output', { output: { stream: 'stdout', from: 6, text: 'o <i>\n', end: 12, complete: false } });
    await eventually(() => expect(pre()).toBe('one\ntwo <i>\n'));
    button('Log').click();
    expect(session.kinds()).toEqual(['jobs']);
    button('Output').click();
    // From where it was left.
    expect(session.watching.at(-1)?.spec).toMatchObject({ kind: 'output', from: 12 });
  });

  it('begins again with a new attempt', async () => {
    say({ status: 'Running', attempt: 1 });
    session.say('output', { output: { stream: 'stdout', from: 0, text: 'old', end: 3, complete: false } });
    say({ status: 'Running', attempt: 2 });
    session.say('output', { output: { stream: 'stdout', from: 0, text: 'new', end: 3, complete: false } });
    await eventually(() => expect(pre()).toBe('new'));
  });

  it('asks before it kills, and gives the focus back', async () => {
    say({ status: 'Running', attempt: 1 });
    (await eventually(() => button('Kill…'))).click();
    (await eventually(() => (document.activeElement?.textContent === 'Kill job 7' ? button('Keep') : absent('not focused')))).click();
    expect(asked('killJobs')).toBe(0);
    await eventually(() => expect(document.activeElement).toBe(button('Kill…')));
    (await eventually(() => button('Kill…'))).click();
    session.answers.push({ successful: [7], failed: [] });
    (await eventually(() => button('Kill job 7'))).click();
    await eventually(() => expect(page.node.textContent).toContain('Job 7 is killed.'));
  });

  it('clones its description to the launchpad with its parameters', async () => {
    say({ parameters: { seed: 4 } });
    (await eventually(() => (button('Clone to launchpad').disabled ? absent('not read yet') : button('Clone to launchpad')))).click();
    expect(executed).toEqual([['dirac:new-job', { description, parameters: [{ seed: 4 }] }]]);
  });

  it('shows names of files as text, with a link that downloads', async () => {
    say();
    (await eventually(() => button('Files'))).click();
    const link = await eventually(() => page.node.querySelector<HTMLAnchorElement>('a[download]') ?? absent('no link'));
    expect(link.getAttribute('href')).toBe('/dirac/api/jobs/7/input-sandbox/file?path=%3Cb%3Ein%3C%2Fb%3E');
    expect(page.node.querySelector('td b')).toBeNull();
  });

  it('says so when there is no such job', async () => {
    session.say('jobs', { jobs: [] });
    (await eventually(() => button('Close this tab'))).click();
    expect(page.node.textContent).toContain('There is no job 7');
    expect(executed).toEqual(['closed']);
  });
});

describe('output', () => {
  it('is joined where a line was cut, and lines redrawn by carriage returns show their last form', () => {
    expect(append(append([], '10 %\r20'), ' %\r30 %\nnext\u001b[31m red')).toEqual(['30 %', 'next red']);
    expect(append(['a'], '\r\nb')).toEqual(['a', 'b']);
  });

  it('keeps the last lines only, and says that there was more', async () => {
    say({ status: 'Running', attempt: 1 });
    const text = `${Array.from({ length: 7000 }, (_, i) => `line ${i}`).join('\n')}\n`;
    session.say('output', { output: { stream: 'stdout', from: 0, text, end: text.length, complete: true } });
    await eventually(() => expect(pre()?.split('\n')).toHaveLength(mostLines));
    expect(pre()).toMatch(/line 6999\n$/);
    expect(page.node.textContent).toContain('what came before is in the download');
  });
});
