import { setTimeout as pause } from 'node:timers/promises';
import { createDiracLab } from '../../kernel-lib/src/lab-api.ts';
import { createSession } from '../../kernel-lib/src/session.ts';
import { isFull, useRealServers, type RealServer } from '../grid/real-server.ts';

const { start } = useRealServers();
const kills = isFull ? 10 : 1;
const gap = /^\[(\d+) bytes of earlier output are not kept while the job runs\]$/;

/** Lines with a letter of two bytes each, so that a cut in the middle of one shows. */
const textOf = (lines: number) => Array.from({ length: lines }, (_, n) => `line ${n + 1} é\n`).join('');

/** Follows while the server is killed and started again, and says whether each byte came once, in order, but for the gaps that were told. */
async function followThroughKills(server: RealServer, run: string, expected: string): Promise<{ gapBytes: number }> {
  const { dataDirectory } = server;
  const dirac = createDiracLab(() => session);
  const session = createSession({ DIRACLAB_DATA: dataDirectory });
  const job = await dirac.submit(run);
  const killing = (async () => {
    let running = server;
    for (let round = 0; round < kills; round += 1) {
      await pause(1000 + Math.random() * 1500);
      await running.kill();
      await pause(Math.random() * 500);
      running = await start(['--slots', '1'], dataDirectory);
    }
  })();

  const bytes = Buffer.from(expected);
  let position = 0;
  let gapBytes = 0;
  for await (const line of job.stdout.follow({ timeout: '90s' })) {
    const missing = Number(gap.exec(line)?.[1] ?? 0);
    if (missing > 0) gapBytes += missing;
    else expect(line).toBe(bytes.subarray(position, position + Buffer.byteLength(line)).toString());
    position += missing > 0 ? missing : Buffer.byteLength(line);
    if (missing === 0 && bytes[position] === 0x0a) position += 1;
  }
  await killing;
  expect(position).toBe(bytes.length);
  return { gapBytes };
}

describe('output is followed while the server is killed and comes back', () => {
  it('each byte comes once, with nothing missing and nothing between', async () => {
    const server = await start(['--slots', '1']);
    const lines = 250 * (kills + 1);
    const run = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i é"; sleep 0.02; done`;
    expect(await followThroughKills(server, run, textOf(lines))).toEqual({ gapBytes: 0 });
  }, 120_000);

  it('of a job that writes more than is kept, what is left out is told to the byte, and nothing comes twice', async () => {
    const server = await start(['--slots', '1']);
    const lines = 40_000 * (kills + 1);
    // 70 KB at a time, with pauses: some of it while nobody listens.
    const run = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i é"; [ $((i%5000)) = 0 ] && sleep 0.5; done; true`;
    await followThroughKills(server, run, textOf(lines));
  }, 120_000);
});
