import { createClient, openApiDocument, routes, searchJobs, submitJobs, whoAmI } from '@diraclab/contract';
import type { Route } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { version } from '../version.ts';

interface Raw {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

function raw(grid: TestGrid, method: string, path: string, headers: Record<string, string>, body?: string | Buffer): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: grid.address.slice('unix:'.length), method, path, headers }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Any path a route can have. */
const examplePath = (route: Route): string =>
  `/api${route.path
    .replace(/:(jobId|operationId)/, '1')
    .replace(':digest', '0'.repeat(64))
    .replace(':tokenId', 'x')}`;

/**
 * Who passes each door: role × route. The rule behind it may still say no, and decides whose things are seen (test/identity/isolation.test.ts).
 * Every route of the contract stands here (the test counts them). `user` is a member of a group; `mate` one of a group with JobSharing; `admin`
 * has JobAdministrator; `manager` VOManager alone; `operator` Operator and ServiceAdministrator; `reader` a token narrowed to jobs:read.
 */
const roles = ['anyone', 'stranger', 'laptop', 'user', 'mate', 'admin', 'manager', 'operator', 'robot', 'reader', 'pilot'] as const;
const everybody = roles.join(' ');
const signedIn = 'laptop user mate admin manager operator robot reader pilot';
const workers = 'laptop user mate admin robot';
const whole = 'laptop user mate admin manager operator robot';
const mayPass: Record<string, string> = {
  isLive: everybody,
  isReady: everybody,
  whoAmI: signedIn,
  signInOptions: everybody,
  startDeviceSignIn: everybody,
  getTokens: everybody,
  signOut: everybody,
  getJwks: everybody,
  listMemberships: `${whole} reader`,
  createPersonalToken: whole,
  listPersonalTokens: whole,
  revokePersonalToken: whole,
  submitJobs: workers,
  searchJobs: `${workers} reader`,
  countJobs: `${workers} reader`,
  listGroups: `${workers} reader`,
  describeJobKeys: `${workers} reader`,
  listViews: `${workers} reader`,
  saveView: workers,
  deleteView: workers,
  getProxy: workers,
  uploadProxy: workers,
  deleteProxy: workers,
  getJobProxy: 'pilot',
  killJobs: workers,
  rescheduleJobs: workers,
  deleteJobs: workers,
  restoreJobs: workers,
  holdJobs: workers,
  releaseJobs: workers,
  prioritiseJobs: workers,
  startOperation: workers,
  listOperations: `${workers} reader`,
  getOperation: `${workers} reader`,
  undoOperation: workers,
  cancelOperation: workers,
  getOperationResults: `${workers} reader`,
  setJobParameters: workers,
  getJob: `${workers} reader`,
  getJobJdl: `${workers} reader`,
  getJobLog: `${workers} reader`,
  peekJob: `${workers} reader`,
  whyJob: `${workers} reader`,
  whyJobs: `${workers} reader`,
  groupFailures: `${workers} reader`,
  getInputFile: `${workers} reader pilot`,
  getOutputFile: `${workers} reader`,
  reportUsage: `${workers} reader`,
  findMissingFiles: `${workers} pilot`,
  uploadSandboxFile: `${workers} pilot`,
  listPilots: `${workers} reader operator`,
  matchJobs: 'pilot',
  awaitBell: 'pilot',
  reportJobs: 'pilot',
  readRegistry: 'laptop manager operator',
  listPeople: 'laptop manager operator',
  changeRegistry: 'laptop manager operator',
  listRegistryVersions: 'laptop manager operator',
  exportRegistry: 'laptop operator',
  importRegistry: 'laptop operator',
  searchAudit: 'laptop manager operator',
  getVoMatchingPolicy: `${workers} reader manager`,
  saveVoMatchingPolicy: 'laptop manager',
  getOperatorMatchingPolicy: 'laptop operator',
  saveOperatorMatchingPolicy: 'laptop operator',
  getSiteMask: `${workers} reader manager`,
  previewMatchingPolicy: 'laptop manager operator',
};

describeGrid('the doors', (start, kind) => {
  it('every route of the contract agrees with the table of who may pass', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    expect(Object.keys(mayPass).sort()).toEqual(routes.map(({ name }) => name).sort());
    const tokens: Record<(typeof roles)[number], string | undefined> = {
      anyone: undefined,
      stranger: 'x'.repeat(43),
      laptop: grid.token,
      user: (await as('alice', 'vo-a', 'a_user')).token,
      mate: (await as('anna', 'vo-a', 'a_shared')).token,
      admin: (await as('adam', 'vo-a', 'a_admin')).token,
      manager: (await as('amy', 'vo-a', 'a_manager')).token,
      operator: (await as('olga', 'vo-ops', 'ops')).token,
      robot: (await as('portal', 'vo-a', 'a_user')).token,
      reader: (await as('alice', 'vo-a', 'a_user', ['jobs:read'])).token,
      pilot: (await grid.pilot('S', 'vo-a')).token,
    };
    for (const route of routes) {
      const passing: string[] = [];
      for (const role of roles) {
        const token = tokens[role];
        const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
        const { status, text } = await raw(grid, route.method, examplePath(route), headers, route.body === undefined ? undefined : '{}');
        if (status !== 401 && !(status === 403 && text.includes('NotAllowed'))) passing.push(role);
        expect(status).not.toBe(500);
      }
      expect([route.name, passing.sort()]).toEqual([route.name, (mayPass[route.name] ?? '').split(' ').sort()]);
    }
  });

  if (kind === 'postgres') return; // What follows never reaches the database.

  it.each([
    ['not JSON', 'application/json', '{"a":', 400],
    ['another type', 'text/plain', '{}', 400],
    ['a form, as a foreign page can send', 'application/x-www-form-urlencoded', 'a=1', 400],
    ['a bare word', 'application/json', '"x"', 400],
    ['invalid UTF-8', 'application/json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['a NUL in an argument', 'application/json', '{"description":{"executable":"x","arguments":["a\\u0000b"]}}', 400],
    ['a prototype', 'application/json', '{"__proto__":{"x":1},"description":{"executable":"x"}}', 400],
    ['deep nesting', 'application/json', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 400],
    ['65 MB', 'application/json', Buffer.alloc(65 * 1024 * 1024, 0x20), 413],
  ])('a body that is %s gets one clear sentence', async (_title, type, body, status) => {
    const grid = await start();
    const answer = await raw(
      grid,
      'POST',
      '/api/jobs',
      { authorization: `Bearer ${grid.token}`, 'content-type': type, 'content-length': String(Buffer.byteLength(body)) },
      body,
    ).catch(
      // The server may hang up on a body it will not read.
      (error: NodeJS.ErrnoException) => ({
        status: error.code === 'EPIPE' || error.code === 'ECONNRESET' ? 413 : 0,
        text: '{"detail":"hung up"}',
        headers: {},
      }),
    );
    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.text) as { detail: string }).detail).not.toBe('');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(0);
  });

  it('a stranger learns nothing and costs nothing: the body is not even read', async () => {
    const grid = await start();
    const { status } = await raw(grid, 'POST', '/api/jobs', { 'content-type': 'application/json' }, '{"a":').catch(() => ({ status: 401 }));
    expect(status).toBe(401);
  });

  it('answers carry what keeps a browser from doing anything with them', async () => {
    const grid = await start();
    const { headers } = await raw(grid, 'GET', '/api/whoami', { authorization: `Bearer ${grid.token}` });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('the client tells our problems from those of a proxy in between', async () => {
    const grid = await start();
    const call = createClient(nodeTransport(grid.address), () => ({ authorization: 'Bearer nobody' }));
    await expect(call(whoAmI, {})).rejects.toMatchObject({ code: 'NotSignedIn', next: expect.stringContaining('token') as string });
    await expect(call(submitJobs, { body: { description: { executable: 'x' } } })).rejects.toMatchObject({ code: 'NotSignedIn' });
  });
});

describe('the OpenAPI document', () => {
  it('is the committed one (after a wanted change: npm run build -- --openapi writes it anew)', () => {
    const committed: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../../contract/openapi.json'), 'utf8'));
    expect(JSON.parse(JSON.stringify(openApiDocument(version)))).toEqual(committed);
  });

  it('has every route, and every reference in it leads somewhere', () => {
    const document = openApiDocument(version) as {
      paths: Record<string, Record<string, { operationId: string }>>;
      components: { schemas: Record<string, unknown> };
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(operations.sort()).toEqual(routes.map(({ name }) => name).sort());
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(references.filter((id) => !(id in document.components.schemas))).toEqual([]);
    expect(references.length).toBeGreaterThan(20);
  });
});
