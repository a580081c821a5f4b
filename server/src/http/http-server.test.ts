import { awaitBell, getOutputFile, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createLogger } from '../logger.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import { createHttpServer } from './http-server.ts';

describe('an HTTP server', () => {
  it('lets go of a client that reads nothing of a long answer', async () => {
    let open = 0;
    const { http, close } = createHttpServer(
      (_request, response) => {
        open += 1;
        response.on('close', () => (open -= 1));
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
      [],
      createLogger('silent'),
      { idleMs: 500 },
    );
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const socket = connect((http.address() as AddressInfo).port, '127.0.0.1').pause();
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    for (let i = 0; i < 40 && open === 0; i += 1) await wait(25);
    expect(open).toBe(1);
    for (let i = 0; i < 120 && open > 0; i += 1) await wait(25);
    expect(open).toBe(0);
    socket.destroy();
    await close();
  });

  it('says that it could not take a connection, and goes on', async () => {
    const lines: string[] = [];
    const { http, close } = createHttpServer((_request, response) => void response.end('x'), [], createLogger('warn', { write: (line) => void lines.push(line) })); // prettier-ignore
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    for (let i = 0; i < 2; i += 1) http.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    expect(lines.join('')).toContain('EMFILE');
    expect(await (await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`)).text()).toBe('x');
    await close();
  });
});

const stories = (start: Parameters<Parameters<typeof describeGrid>[1]>[0]): void => {
  it('a download that is broken off is nobody’s mistake: no error is logged', async () => {
    const lines: string[] = [];
    const grid = await start({}, createLogger('info', { write: (line) => void lines.push(line) }));
    await grid.call(submitJobs, { body: { description: { executable: 'x' } } });
    const node = await grid.pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const bytes = Buffer.alloc(20_000_000, 'x');
    const digest = createHash('sha256').update(bytes).digest('hex');
    await node.call.upload(uploadSandboxFile, { params: { digest } }, { data: bytes, sizeBytes: bytes.length });
    const report = ranWell(job);
    report.statuses[2]?.end?.outputs.push({ path: 'big', digest, sizeBytes: bytes.length });
    await node.report(report);
    const path = `/api${getOutputFile.path.replace(':jobId', String(job.jobId))}?path=big`;
    await new Promise<void>((resolve) => {
      const asked = request({ socketPath: grid.address.slice('unix:'.length), path, headers: { authorization: `Bearer ${grid.token}` } }, (answer) => answer.once('data', () => answer.destroy())); // prettier-ignore
      asked.once('close', resolve);
      asked.on('error', () => undefined);
      asked.end();
    });
    await wait(300);
    expect(lines.filter((line) => /"level":(40|50)/.test(line))).toEqual([]);
  });

  it('stops at once though pilots are held and listen: they are told', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const held = node.match({ waitMs: 30_000 });
    const bell = node.call(awaitBell, { body: { waitMs: 30_000 } });
    await wait(300);
    const began = performance.now();
    await grid.restart();
    expect(performance.now() - began).toBeLessThan(1_900);
    expect(await held).toEqual([]);
    expect(await bell).toEqual({ ring: true });
  });
};
describeGrid('answers that do not end', stories, ['sqlite']);
