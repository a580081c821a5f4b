import { cardMimeType, type Card } from './display';
import { createDiracLab } from './lab-api';
import { createScreen, findKernel, type MimeBundle } from './notebook';
import { createSession, type Session } from './session';
import { range } from './sweep';
import { startTinyServer, type TinyServer } from './testing/tiny-server';
import type { DiracLab } from './types';

/** What a kernel would have sent to the front end. */
type Sent = { data: MimeBundle; transient: { display_id?: string }; update: boolean };
let sent: Sent[];
const kernel = { lastWriteDisplayData: (content: Omit<Sent, 'update'>, update: boolean) => void sent.push({ ...content, update }) };

let server: TinyServer;
let session: Session;
let dirac: DiracLab;
beforeEach(async () => {
  sent = [];
  server = await startTinyServer();
  session = createSession(server.env, createScreen(kernel));
  dirac = createDiracLab(() => session);
});
afterEach(async () => {
  session.live.close();
  await server.stop();
});
const card = ({ data }: Sent) => data[cardMimeType] as Card;
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
};

it('the kernel is found among the loaded modules, and not loaded', () => {
  const loaded = { '/x/node_modules/tslab/dist/jupyter.js': { exports: kernel }, '/x/other.js': { exports: {} } };
  expect(findKernel(loaded as unknown as NodeJS.Dict<NodeModule>)).toBe(kernel);
  expect(findKernel({})).toBeUndefined();
});

describe('in a notebook', () => {
  it('a submitted job shows one card, and its saved snapshot becomes the last state', async () => {
    const job = await dirac.submit({ run: 'true', name: 'hello' });
    expect(sent).toHaveLength(1);
    expect(card(sent[0] as Sent)).toMatchObject({
      kind: 'job',
      id: job.id,
      server: 'laptop: alice of laptop',
      snapshot: { status: 'Waiting', jobName: 'hello' },
    });
    expect(card(sent[0] as Sent).snapshot).not.toHaveProperty('description');
    await until(() => server.watches.size === 1);
    server.jobs.run(job.id);
    server.jobs.end(job.id);
    await until(() => sent.length === 3);
    expect(sent.map((one) => one.update)).toEqual([false, true, true]);
    expect(new Set(sent.map((one) => one.transient.display_id)).size).toBe(1);
    expect(card(sent[2] as Sent).snapshot).toMatchObject({ status: 'Done' });
    await until(() => server.watches.size === 0);
  });

  it('a group shows one card, whatever its size, and its last state at the end', async () => {
    const scan = await dirac.map(range(1, 50).map((seed) => ({ seed })), 'fit {seed}', { name: 'scan' }); // prettier-ignore
    expect(sent).toHaveLength(1);
    expect(card(sent[0] as Sent)).toMatchObject({ kind: 'group', id: 'scan', snapshot: { total: 50, counts: { Waiting: 50 } } });
    await until(() => server.watches.size === 1);
    scan.ids.forEach((id, index) => server.jobs.end(id, index % 2));
    await until(() => sent.length === 2);
    expect(card(sent[1] as Sent).snapshot).toMatchObject({ counts: { Done: 25, Failed: 25 } });
  });

  it('a wait of more than two seconds says what it waits for, in one line', async () => {
    const job = await dirac.submit('true');
    setTimeout(() => server.jobs.end(job.id), 4500);
    await job.result();
    const lines = sent.filter(({ data }) => data[cardMimeType] === undefined).map(({ data }) => data['text/plain']);
    expect(lines[0]).toBe('Waiting for job 101 (2 s): Waiting, Job accepted');
    expect(lines).toContain('Waiting for job 101 (2 s): Waiting. No pilot has a free slot.');
    expect(lines.at(-1)).toMatch(/^Waited \d s for job 101: Done, Execution Complete$/);
    expect(new Set(sent.filter(({ data }) => data[cardMimeType] === undefined).map((one) => one.transient.display_id)).size).toBe(1);
  });

  it('twenty waits at once say it in one line', async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => dirac.submit('true')));
    setTimeout(() => jobs.forEach(({ id }) => server.jobs.end(id)), 3500);
    await Promise.all(jobs.map((job) => job.result()));
    const lines = sent.filter(({ data }) => data[cardMimeType] === undefined);
    expect(lines[0]?.data['text/plain']).toContain('and 19 more (2 s)');
    expect(new Set(lines.map((one) => one.transient.display_id)).size).toBe(1);
  });

  it('a short wait says nothing', async () => {
    const job = await dirac.submit('true');
    setTimeout(() => server.jobs.end(job.id), 300);
    await job.result();
    expect(sent.every(({ data }) => data[cardMimeType] !== undefined)).toBe(true);
  });

  it('interrupting the cell ends the wait, not the job', async () => {
    const job = await dirac.submit('true');
    const waiting = job.result();
    setTimeout(() => process.emit('SIGINT'), 50);
    await expect(waiting).rejects.toMatchObject({ code: 'Interrupted', message: expect.stringContaining('the jobs go on') });
    expect(await job.status()).toBe('Waiting');
  });

  it('a job without its card is still submitted', async () => {
    const failing = { lastWriteDisplayData: () => { throw new Error('the front end is gone'); } }; // prettier-ignore
    const other = createSession(server.env, createScreen(failing));
    expect((await createDiracLab(() => other).submit('true')).id).toBe(101);
    other.live.close();
  });
});
