import { killJobs, livePath, submitJobs } from '@diraclab/contract';
import type { ClientToServer, Frame, ServerToClient, Watch, WatchAnswer } from '@diraclab/contract';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

type LiveSocket = Socket<ServerToClient, ClientToServer>;
const sockets: LiveSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

function connect(grid: TestGrid, token = grid.token): LiveSocket {
  const socket: LiveSocket = io(grid.address, {
    path: livePath,
    transports: ['websocket'],
    auth: { token },
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  return socket;
}

const watch = (socket: LiveSocket, what: Watch): Promise<WatchAnswer> => new Promise((resolve) => socket.emit('watch', what, resolve));

/** Frames as they come, and a wait for one that fits. */
function framesOf(socket: LiveSocket) {
  const frames: Frame[] = [];
  socket.on('frame', (frame) => frames.push(frame));
  return {
    frames,
    async until(fits: (frame: Frame) => boolean): Promise<Frame> {
      for (let i = 0; i < 200; i += 1) {
        const found = frames.find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`no such frame among ${JSON.stringify(frames)}`);
    },
  };
}

describeGrid('live events', (startAt) => {
  const start = () => startAt({ listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } });
  const hello = { executable: '/bin/echo' };

  it('a watched job is seen through its life; a burst is few frames; the last state is always told', async () => {
    const grid = await start();
    const { jobIds } = await grid.call(submitJobs, { body: { description: hello } });
    const socket = connect(grid);
    const { frames, until } = framesOf(socket);
    const first = await watch(socket, { watchId: 'w', kind: 'jobs', jobIds });
    expect(first).toMatchObject({ ok: true, frame: { kind: 'jobs', jobs: [{ status: 'Waiting' }] } });
    const node = await grid.pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    await node.report(ranWell(job));
    await until((frame) => frame.kind === 'jobs' && frame.jobs[0]?.status === 'Done');
    expect(frames.length).toBeLessThanOrEqual(3);
  });

  it('counts, a group, a view: what changes is told, with totals', async () => {
    const grid = await start();
    const socket = connect(grid);
    const { until } = framesOf(socket);
    await watch(socket, { watchId: 'c', kind: 'counts', groups: 5 });
    await watch(socket, { watchId: 'v', kind: 'view', query: { limit: 2 } });
    await watch(socket, { watchId: 'g', kind: 'group', jobGroup: 'scan' });
    const { jobIds } = await grid.call(submitJobs, {
      body: { description: { ...hello, jobGroup: 'scan' }, parameters: Array.from({ length: 150 }, (_, x) => ({ x })) },
    });
    await until((frame) => frame.kind === 'counts' && frame.counts.Waiting === 150 && frame.groups[0]?.jobGroup === 'scan');
    await until((frame) => frame.kind === 'group' && frame.group?.total === 150);
    const view = await until((frame) => frame.kind === 'view' && frame.total === 150);
    expect(view).toMatchObject({ order: [jobIds[149], jobIds[148]] });
    await grid.call(killJobs, { body: { jobIds: [jobIds[149] ?? 0] } });
    const changed = await until((frame) => frame.kind === 'view' && frame.jobs.some(({ status }) => status === 'Killed'));
    expect(changed.kind === 'view' && changed.jobs).toHaveLength(1);
  });

  it('output comes as it is written, also after the end of the job', async () => {
    const grid = await start();
    await grid.call(submitJobs, { body: { description: hello } });
    const node = await grid.pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const { jobId, attempt } = job;
    const socket = connect(grid);
    const { frames, until } = framesOf(socket);
    expect(await watch(socket, { watchId: 'o', kind: 'output', jobId, stream: 'stdout', from: 0 })).toMatchObject({
      ok: true,
      frame: { output: { text: '', complete: false } },
    });
    await node.report({ jobId, attempt, statuses: [], output: [{ stream: 'stdout', from: 0, text: 'one\n', end: 4 }] });
    await until((frame) => frame.kind === 'output' && frame.output.text === 'one\n');
    await node.report({ jobId, attempt, statuses: [], output: [{ stream: 'stdout', from: 4, text: 'two\n', end: 8 }] });
    await node.report(ranWell(job));
    await until((frame) => frame.kind === 'output' && frame.output.complete);
    expect(frames.map((frame) => (frame.kind === 'output' ? frame.output.text : '')).join('')).toBe('one\ntwo\n');
  });

  it('strangers and pilots are not let in; nonsense is refused and harms nobody', async () => {
    const grid = await start();
    const refusal = (token: string) =>
      new Promise<string>((resolve) => connect(grid, token).on('connect_error', (error) => resolve(error.message)));
    expect(await refusal('x')).toContain('token');
    const socket = connect(grid);
    expect(await watch(socket, { watchId: 'x', kind: 'everything' } as never)).toMatchObject({ ok: false, code: 'BadRequest' });
    expect(await watch(socket, { watchId: 'x', kind: 'output', jobId: 99, stream: 'stdout', from: 0 })).toMatchObject({
      ok: false,
      code: 'NotFound',
    });
    socket.emit('watch', null as never, undefined as never);
    socket.emit('unwatch', { toString: null } as never);
    expect(await watch(socket, { watchId: 'c', kind: 'counts', groups: 0 })).toMatchObject({ ok: true });
  });

  it('nobody watches, nothing is sent; an ended watch is silent', async () => {
    const grid = await start();
    const socket = connect(grid);
    const { frames } = framesOf(socket);
    await watch(socket, { watchId: 'c', kind: 'counts', groups: 0 });
    socket.emit('unwatch', 'c');
    await watch(socket, { watchId: 'other', kind: 'group', jobGroup: 'unrelated' });
    await grid.call(submitJobs, { body: { description: hello } });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(frames).toEqual([]);
  });
});
