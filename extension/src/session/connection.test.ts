/** @jest-environment node */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerConnection } from '@jupyterlab/services';
import { createCalls } from './connection';
import { explain, inOneText } from './explain';
import { whyOffline } from './why-offline';

async function withLab(
  answer: (request: IncomingMessage, body: string) => { status: number; body: unknown },
  story: (calls: ReturnType<typeof createCalls>, settings: ServerConnection.ISettings) => Promise<void>,
): Promise<void> {
  const lab = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { status, body: said } = answer(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((done) => lab.listen(0, '127.0.0.1', done));
  const { port } = lab.address() as AddressInfo;
  try {
    const settings = ServerConnection.makeSettings({ baseUrl: `http://127.0.0.1:${port}/user/alice/`, token: 'lab-token' });
    await story(createCalls(settings), settings);
  } finally {
    lab.closeAllConnections();
    lab.close();
  }
}

describe("calls through Lab's own origin", () => {
  it('go below the base URL, with the credentials of Lab and nothing added to the query', async () => {
    const seen: unknown[] = [];
    await withLab(
      ({ method, url, headers }, body) => {
        seen.push([method, url, headers.authorization, method === 'POST' && headers['content-type'], body]);
        return { status: 200, body: url?.includes('peek') ? {} : { successful: [7], failed: [] } };
      },
      async (calls) => {
        await calls.call('peekJob', { params: { jobId: 7 }, query: { stream: 'stdout', from: -10 } });
        await calls.call('killJobs', { body: { jobIds: [7] } });
      },
    );
    expect(seen).toEqual([
      ['GET', '/user/alice/dirac/api/jobs/7/peek?stream=stdout&from=-10', 'token lab-token', false, ''],
      ['POST', '/user/alice/dirac/api/jobs/kill', 'token lab-token', 'application/json', '{"jobIds":[7]}'],
    ]);
  });

  it('give errors that say what, why and what now', async () => {
    const problem = { type: '', title: '', status: 507, code: 'StorageFull', detail: 'No space left in /data.', next: 'Delete old jobs.' };
    await withLab(
      () => ({ status: 507, body: problem }),
      async (calls) => {
        const error: unknown = await calls.call('killJobs', { body: { jobIds: [7] } }).catch((cause: unknown) => cause);
        expect(inOneText(explain('Job 7 was not killed', error))).toBe(
          'Job 7 was not killed: No space left in /data. Delete old jobs. [StorageFull]',
        );
      },
    );
  });

  it('say that Lab is away when it is', async () => {
    const calls = createCalls(ServerConnection.makeSettings({ baseUrl: 'http://127.0.0.1:9/' }));
    const error: unknown = await calls.call('isLive', {}).catch((cause: unknown) => cause);
    expect(explain('', error).why).toMatch(/^JupyterLab's server did not answer/);
  });
});

describe('an outage is explained by the part that is away', () => {
  const websocketError = new Error('websocket error');
  it.each([
    [{ status: 200, body: { status: 'live' } }, 'The DIRAC server answers, but the live connection does not open (websocket error).'],
    [
      { status: 503, body: { detail: 'The server did not start.', next: 'See /data/server.log.' } },
      'The server did not start. See /data/server.log.',
    ],
    [
      { status: 500, body: 'could not start dirac in time' },
      'The DIRAC server behind JupyterLab could not be reached or started (HTTP 500).',
    ],
  ])('%j', async (answer, said) => {
    await withLab(
      () => answer,
      async (_, settings) => expect(await whyOffline(settings, websocketError)).toBe(said),
    );
  });

  it('Lab itself', async () => {
    expect(await whyOffline(ServerConnection.makeSettings({ baseUrl: 'http://127.0.0.1:9/' }), websocketError)).toBe(
      "JupyterLab's server does not answer.",
    );
  });
});
