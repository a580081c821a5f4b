import '../testing/browser';
import { Widget } from '@lumino/widgets';
import { ScriptedSession, aJob, eventually } from '../testing/session';
import { WelcomeCard, type WelcomeActs } from './card';

const whoAmI = (mode: 'laptop' | 'service') => ({
  owner: 'ada',
  ownerGroup: 'users',
  vo: 'laptop',
  properties: [],
  server: { version: '1', mode },
});

let session: ScriptedSession;
let card: WelcomeCard;
let done: string[];
const show = (...answers: unknown[]) => {
  session = new ScriptedSession();
  session.answers.push(...answers);
  done = [];
  const acts: WelcomeActs = {
    openJob: (jobId) => done.push(`job ${jobId}`),
    openExample: (name) => done.push(name),
    openJobs: () => done.push('jobs'),
    openTerminal: () => done.push('terminal'),
    close: () => done.push('close'),
  };
  card = new WelcomeCard(session, acts);
  Widget.attach(card, document.body);
};
afterEach(() => card.dispose());
const text = () => card.node.textContent ?? '';
const click = (name: string) => {
  const found = [...card.node.querySelectorAll('button')].find((node) => node.textContent === name);
  if (found === undefined) throw new Error(`no button "${name}" in ${text()}`);
  found.click();
};

describe('the welcome card', () => {
  it('says where jobs run and as whom', async () => {
    show(whoAmI('laptop'));
    await eventually(() => expect(text()).toContain('on the machine where this JupyterLab runs. There you are ada, of the group users.'));
    card.dispose();
    show(whoAmI('service'));
    await eventually(() => expect(text()).toContain('at the service that this JupyterLab is connected to'));
  });

  it('runs a hello job once for a double click and follows it to its end', async () => {
    show(whoAmI('laptop'), { jobIds: [7], jobGroup: 'g', repeated: false });
    await eventually(() => expect(text()).toContain('ada'));
    click('Run a hello job');
    click('Run a hello job');
    await eventually(() => expect(text()).toContain('Job 7'));
    expect(session.calls.filter(({ name }) => name === 'submitJobs')).toHaveLength(1);
    session.say('jobs', { jobs: [aJob({ jobId: 7, status: 'Done' })] });
    await eventually(() => expect(text()).toContain('✓Done'));
    click('Job 7');
    expect(done).toEqual(['job 7']);
  });

  it('leads to examples, panel, terminal and out', async () => {
    show(whoAmI('laptop'));
    await eventually(() => click('A first job'));
    for (const name of ['Four years of weather', 'The Jobs panel', 'A DIRAC terminal', 'Close, and do not show again']) click(name);
    expect(done).toEqual(['01-first-job.ipynb', '02-real-data.ipynb', 'jobs', 'terminal', 'close']);
  });

  it('says why when the server cannot be asked, and asks again', async () => {
    show(new Error('the server is away'), whoAmI('laptop'));
    await eventually(() => expect(text()).toContain('the server is away'));
    click('Close');
    await eventually(() => expect(text()).toContain('There you are ada'));
    expect(text()).not.toContain('the server is away');
  });
});
