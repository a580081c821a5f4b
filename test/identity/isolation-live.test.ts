import { livePath, submitJobs } from '@diraclab/contract';
import type { ClientToServer, ServerToClient, Watch, WatchAnswer } from '@diraclab/contract';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { withPeople } from '../../server/src/testing/sign-in.ts';
import { describeGrid, ranWell } from '../../server/src/testing/test-grid.ts';
import type { TestGrid } from '../../server/src/testing/test-grid.ts';

type LiveSocket = Socket<ServerToClient, ClientToServer>;
const sockets: LiveSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

/** A connection, and everything that it was told. */
function listen(grid: TestGrid, token: string) {
  const socket: LiveSocket = io(grid.address, { path: livePath, transports: ['websocket'], auth: { token }, reconnection: false, forceNew: true }); // prettier-ignore
  sockets.push(socket);
  const heard: string[] = [];
  socket.on('frame', (frame) => heard.push(JSON.stringify(frame)));
  const watch = (what: Watch): Promise<WatchAnswer> => new Promise((resolve) => socket.emit('watch', what, resolve));
  const until = async (word: string): Promise<void> => {
    for (let i = 0; i < 400 && !heard.some((frame) => frame.includes(word)); i += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(heard.some((frame) => frame.includes(word))).toBe(true);
  };
  return { watch, heard, until };
}

const watches = (jobId: number, jobGroup: string, owner: string): Watch[] => [
  { watchId: 'jobs', kind: 'jobs', jobIds: [jobId] },
  { watchId: 'group', kind: 'group', jobGroup },
  { watchId: 'counts', kind: 'counts', groups: 10 },
  { watchId: 'view', kind: 'view', query: {} },
  { watchId: 'hers', kind: 'view', query: { where: [{ field: 'owner', operator: 'eq', values: [owner] }] } },
  { watchId: 'output', kind: 'output', jobId, stream: 'stdout', from: 0 },
];

describeGrid(
  'live events and two VOs',
  (startAt) => {
    it("whatever bob watches, of alice's he hears what he would hear of nothing, now and while she works", async () => {
      const grid = await startAt({ listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } });
      const as = await withPeople(grid);
      const [alice, bea] = [await as('alice', 'vo-a', 'a_user'), await as('bea', 'vo-b', 'b_admin')];
      const canary = { executable: '/bin/echo', jobName: 'canary-name', jobGroup: 'canary-group' };
      const { jobIds } = await alice.call(submitJobs, { body: { description: canary } });
      const [hers, bobs] = [listen(grid, alice.token), listen(grid, bea.token)];
      const absentId = 99_999_999;
      const real = watches(jobIds[0] ?? 0, 'canary-group', 'alice');
      const absent = watches(absentId, 'no-such-group', 'nemo');
      for (const [i, what] of real.entries()) {
        const answers = [await bobs.watch(absent[i] ?? what), await bobs.watch(what)];
        const [none, some] = answers.map((answer) => JSON.stringify(answer).replaceAll(/\b(99999999|no-such-group|nemo)\b/g, '#'));
        const said = (some ?? '').replaceAll(new RegExp(`\\b(job ${jobIds[0]})\\b`, 'g'), 'job #').replaceAll('canary-group', '#');
        expect([what.watchId, said]).toEqual([what.watchId, none]);
        await hers.watch(what);
      }
      const node = await grid.pilot('DIRAC.Test.local', 'vo-a');
      const [job] = await node.match();
      if (job === undefined) throw new Error('nothing matched');
      await node.report({ ...ranWell(job), output: [{ stream: 'stdout', from: 0, text: 'canary-output', end: 13 }] });
      await hers.until('"status":"Done"');
      await hers.until('canary-output');
      // Her frames and his leave in the same rounds: what she has heard he would have heard by his next own event.
      await bea.call(submitJobs, { body: { description: { executable: '/bin/echo', jobName: 'beas-own' } } });
      await bobs.until('beas-own');
      expect(bobs.heard.filter((frame) => /canary|alice|vo-a/.test(frame))).toEqual([]);
    });

    it('who is a manager of a VO alone, or a pilot, has no live connection', async () => {
      const grid = await startAt({ listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } });
      const as = await withPeople(grid);
      for (const token of [(await as('amy', 'vo-a', 'a_manager')).token, (await grid.pilot('S', 'vo-a')).token]) {
        const socket: LiveSocket = io(grid.address, { path: livePath, transports: ['websocket'], auth: { token }, reconnection: false, forceNew: true }); // prettier-ignore
        sockets.push(socket);
        const refusal = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
        expect(refusal.message).toContain('no token');
      }
    });
  },
  ['sqlite'],
);
