import { searchJobs, submitJobs, uploadSandboxFile, whoAmI } from '@diraclab/contract';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'node:http';
import { createLogger } from './logger.ts';
import { describeGrid, ranWell } from './testing/test-grid.ts';
import type { TestGrid } from './testing/test-grid.ts';

/** What any client can send and see; the whole answer, headers and all. */
function raw(grid: TestGrid, method: string, path: string, headers: Record<string, string>, body = ''): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: grid.address.slice('unix:'.length), method, path, headers }, (answer) => {
      let text = JSON.stringify(answer.rawHeaders);
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text)); // prettier-ignore
    });
    asked.on('error', (error) => resolve(String(error)));
    asked.end(body);
  });
}

describeGrid('secrets', (start, kind) => {
  it('tokens are in no log line, no answer and no file but the one that is for them', async () => {
    const lines: string[] = [];
    const grid = await start({}, createLogger('debug', { write: (line) => void lines.push(line) }));
    const node = await grid.pilot();
    const secrets = [grid.token, node.token];
    const answers: string[] = [];
    for (const token of [...secrets, `${grid.token}x`, 'Basic abc']) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', cookie: `token=${token}` };
      for (const path of [
        '/api/whoami',
        '/api/jobs/1',
        `/api/nothing?token=${encodeURIComponent(token)}`,
        '/api/openapi.json',
        '/api/pilots',
        '/api/jobs/%ff',
      ])
        answers.push(await raw(grid, 'GET', path, headers));
      for (const [path, body] of [['/api/jobs', `{"description":{"executable":"${'x'.repeat(10)}"}`], ['/api/jobs', '{}'], ['/api/jobs/search', '{"limit":0}'], ['/api/pilots/match', '{}']] as const) answers.push(await raw(grid, 'POST', path, headers, body)); // prettier-ignore
    }
    await grid.call(submitJobs, { body: { description: { executable: 'x' }, idempotencyKey: 'k' } });
    const [job] = await node.match();
    if (job !== undefined) await node.report(ranWell(job));
    await grid.call
      .upload(uploadSandboxFile, { params: { digest: '0'.repeat(64) } }, { data: Buffer.from('x'), sizeBytes: 1 })
      .catch(() => undefined);
    answers.push(JSON.stringify([await grid.call(whoAmI, {}), await grid.call(searchJobs, { body: {} })]));
    // Our own mistakes are logged with everything that is known of them.
    await grid.database.transaction(async (tx) => void (await tx.updateTable('descriptions').set({ body: 'not JSON' }).execute()));
    answers.push(await raw(grid, 'GET', '/api/jobs/1', { authorization: `Bearer ${grid.token}` }));
    expect(answers.at(-1)).toContain('ServerFault');
    expect(lines.some((line) => line.includes('by our mistake'))).toBe(true);

    for (const secret of secrets) {
      expect(answers.filter((answer) => answer.includes(secret))).toEqual([]);
      expect(lines.filter((line) => line.includes(secret))).toEqual([]);
      const files = (await readdir(grid.dataDirectory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      const holding: string[] = [];
      for (const { parentPath, name } of files) if ((await readFile(join(parentPath, name))).includes(secret)) holding.push(name);
      expect(holding).toEqual(secret === grid.token ? ['token'] : []);
    }
    expect((await stat(join(grid.dataDirectory, 'token'))).mode & 0o777).toBe(0o600);
    if (kind === 'sqlite') expect((await stat(join(grid.dataDirectory, 'diraclab.sqlite'))).mode & 0o077).toBe(0);
    expect(execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(process.pid)], { encoding: 'utf8' })).not.toContain(grid.token);
  });

  it('a log line is one line and has an end, whatever a client puts into it', async () => {
    const lines: string[] = [];
    const grid = await start({}, createLogger('debug', { write: (line) => void lines.push(line) }));
    const headers = { authorization: `Bearer ${grid.token}` };
    await raw(grid, 'GET', `/api/${'x'.repeat(20_000)}`, headers);
    await raw(grid, 'GET', '/api/%0a%0d%1b[31m{"level":60}', headers);
    await grid.call(submitJobs, { body: { description: { executable: 'x'.repeat(4000) } } });
    await grid.database.transaction(
      async (tx) =>
        void (await tx
          .updateTable('descriptions')
          .set({ body: 'x'.repeat(100_000) })
          .execute()),
    );
    await raw(grid, 'GET', '/api/jobs/1', headers);
    expect(lines.some((line) => line.includes('by our mistake'))).toBe(true);
    for (const line of lines) {
      // eslint-disable-next-line no-control-regex -- what it looks for is a control character
      expect(line.trimEnd()).not.toMatch(/[\n\r\u001b]/);
      expect(line.length).toBeLessThan(20_000);
    }
  });
});
