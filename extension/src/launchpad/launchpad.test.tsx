import '../testing/browser';
import * as contract from '@diraclab/contract';
import type { Client, JobDescription, Submission } from '@diraclab/contract';
import { Widget } from '@lumino/widgets';
import { absent, eventually, ScriptedSession } from '../testing/session';
import type { ModelBody } from '../ui/model-body';
import { createLaunchpad } from './body';
import type { Draft } from './draft';
import { LaunchpadModel } from './model';

let session: ScriptedSession;
let pad: ModelBody<LaunchpadModel>;
let executed: unknown[];
let uploads: string[];
let missing: string[];

function open(draft: Draft = {}) {
  pad?.dispose();
  pad = createLaunchpad(
    session,
    draft,
    (command, args) => executed.push([command, args]),
    async () => new Blob(['from lab']),
  );
  Widget.attach(pad, document.body);
}

beforeEach(() => {
  session = new ScriptedSession();
  uploads = [];
  missing = [];
  executed = [];
  const client = {
    upload: async (_: unknown, input: { params: { digest: string } }) => void uploads.push(input.params.digest),
  } as unknown as Client;
  Object.assign(session, {
    client: async () => ({ client, contract }),
    call: async (name: string, input: unknown) => {
      session.calls.push({ name, input });
      if (name === 'whoAmI') return { server: { maxBulkJobs: 1000 } };
      if (name === 'findMissingFiles') return { missing };
      const answer = session.answers.shift() ?? { jobIds: [7], jobGroup: 'g', repeated: false };
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  open();
});
afterEach(() => pad.dispose());

const submissions = () =>
  session.calls.filter(({ name }) => name === 'submitJobs').map(({ input }) => (input as { body: Submission }).body);
const submit = async (times = 1) => {
  const form = await eventually(() => pad.node.querySelector('form') ?? absent('no form'));
  for (let i = 0; i < times; i++) form.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
};
const settled = () => eventually(() => expect(pad.model.busy).toBeUndefined());
const say = (name: 'command' | 'jobName', text: string) => pad.model.set(name, text);

describe('the launchpad', () => {
  it('says beside the field what is missing, and sends nothing', async () => {
    await submit();
    await eventually(() => expect(pad.node.querySelector('.dirac-FieldProblem')?.textContent).toBe('Write the command to run.'));
    const field = pad.node.querySelector('[aria-invalid=true]');
    expect(document.getElementById(field?.getAttribute('aria-describedby') ?? '')?.textContent).toBe('Write the command to run.');
    expect(submissions()).toEqual([]);
  });

  it('submits once however often it is clicked, and links to the job', async () => {
    say('command', 'echo 1');
    await submit(2);
    await eventually(() => expect(pad.node.querySelector('.dirac-Submitted')?.textContent).toBe('Submitted as job 7.'));
    expect(submissions()).toMatchObject([{ description: { executable: '/bin/sh', arguments: ['-c', 'echo 1'] } }]);
    const label = () => pad.node.querySelector('button[type=submit]')?.textContent;
    expect(label()).toBe('Submit again');
    say('jobName', 'another');
    await eventually(() => expect(label()).toBe('Submit'));
    pad.node.querySelector<HTMLElement>('.dirac-Submitted button')?.click();
    expect(executed).toEqual([['dirac:open-job', { jobId: 7 }]]);
  });

  it('tries again with the same key after a failure, and with another after a success or an edit', async () => {
    say('command', 'echo 1');
    session.answers.push(new Error('the connection broke'));
    for (let round = 0; round < 3; round++) {
      await pad.model.submit();
      await settled();
    }
    say('command', 'echo 2');
    await pad.model.submit();
    const keys = submissions().map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toHaveLength(4);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => key !== undefined && key.length <= 200)).toBe(true);
  });

  it('sends only those bytes that the server lacks, by their checksum', async () => {
    say('command', 'wc a.txt');
    await pad.model.addFile('a.txt', new Blob(['abc']));
    await pad.model.addFile('b.txt', new Blob(['other']));
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    missing = [abc];
    await pad.model.submit();
    expect(uploads).toEqual([abc]);
    expect(submissions()[0]?.description.inputSandbox?.[0]).toEqual({ path: 'a.txt', digest: abc, sizeBytes: 3 });
  });

  it('says which file is gone when neither it nor the server has the bytes', async () => {
    open({ description: { executable: 'a', inputSandbox: [{ path: 'lost.csv', digest: 'c'.repeat(64), sizeBytes: 1 }] } });
    missing = ['c'.repeat(64)];
    await pad.model.submit();
    await eventually(() =>
      expect(pad.node.querySelector('[role=alert]')?.textContent).toMatch(/does not have the bytes of lost.csv.*add the file again/s),
    );
    expect(submissions()).toEqual([]);
  });

  it('makes a script an executable input, and keeps it while the JSON is edited', async () => {
    pad.model.set('kind', 'script');
    pad.model.set('script', '#!/bin/sh\necho 1\n');
    await pad.model.check();
    const described = JSON.parse(pad.model.json) as JobDescription;
    expect(described).toMatchObject({ executable: 'script.sh', inputSandbox: [{ path: 'script.sh', executable: true }] });
    pad.model.setJson(JSON.stringify({ ...described, numberOfProcessors: 2 }));
    expect(pad.model.form.fields).toMatchObject({ kind: 'script', script: '#!/bin/sh\necho 1\n', processors: '2' });
    expect(pad.model.form.inputs).toEqual([]);
  });

  it('takes JSON into the form as it is typed, and says where it is no JSON', async () => {
    pad.model.setJson('{"executable": "/bin/true", "cpuTimeS": 7200}');
    expect(pad.model.form.fields).toMatchObject({ kind: 'program', program: '/bin/true', cpuTime: '2h' });
    pad.model.setJson('{"executable"');
    await eventually(() => expect(pad.node.querySelector('.dirac-FieldProblem')?.textContent).toMatch(/^This is no JSON/));
    await pad.model.submit();
    expect(submissions()).toEqual([]);
  });

  it('shows marks that turn text as escapes in the JSON, and reads them back', () => {
    say('jobName', 'a\u202Eb');
    expect(pad.model.json).toContain('"a\\u202eb"');
    pad.model.setJson(pad.model.json);
    expect(pad.model.form.fields.jobName).toBe('a\u202Eb');
  });

  it('sends a sweep as one call, and knows the limit of the server', async () => {
    say('command', 'fit {seed}');
    pad.model.setSweep('seed = 1..3');
    session.answers.push({ jobIds: [1, 2, 3], jobGroup: 'fit', repeated: false });
    await pad.model.submit();
    expect(submissions()[0]?.parameters).toEqual([{ seed: 1 }, { seed: 2 }, { seed: 3 }]);
    await eventually(() =>
      expect(pad.node.querySelector('.dirac-Submitted')?.textContent).toBe('3 jobs are submitted, 1 to 3: open as table.'),
    );
    pad.model.setSweep('seed = 1..1001');
    await pad.model.submit();
    expect(submissions()).toHaveLength(1);
    expect(pad.model.problems.sweep).toMatch(/at most 1,000/);
  });

  it('comes back after a reload with everything but the bytes', () => {
    let kept: Draft = {};
    pad.model.draftChanged.connect((_, draft) => (kept = draft));
    say('jobName', 'x');
    pad.model.set('kind', 'script');
    pad.model.set('script', 'echo');
    pad.model.setSweep('a = 1..2');
    const again = new LaunchpadModel(session, JSON.parse(JSON.stringify(kept)) as Draft);
    expect(again.form.fields).toEqual(pad.model.form.fields);
    expect([again.sweepText, again.nonce]).toEqual(['a = 1..2', pad.model.nonce]);
    again.dispose();
  });

  it('does not submit while offline', async () => {
    session.live.enter({ kind: 'offline', since: new Date(), reason: 'x' });
    const button = await eventually(
      () => pad.node.querySelector<HTMLButtonElement>('button[type=submit]:disabled') ?? absent('not disabled'),
    );
    expect(button.title).toMatch(/^Not possible while offline/);
  });
});
