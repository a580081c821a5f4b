import { getJob, getJobLog, routes, startOperation, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import type { Route } from '@diraclab/contract';
import { sql } from 'kysely';
import { createHash } from 'node:crypto';
import { putProxy } from '../../server/src/credentials/proxy-store.ts';
import { exportRegistry } from '../../server/src/registry/transfer.ts';
import { withPeople } from '../../server/src/testing/sign-in.ts';
import { describeGrid, ranWell } from '../../server/src/testing/test-grid.ts';
import type { TestGrid } from '../../server/src/testing/test-grid.ts';
import { ask } from './ask.ts';
import type { Input, RawAnswer } from './ask.ts';
import { probes } from './probes.ts';
import type { Names } from './probes.ts';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const absent: Names = {
  jobId: 99_999_999,
  operationId: 88_888_888,
  jobGroup: 'campaign-that-is-not',
  jobName: 'canary-none',
  digest: digestOf('nobody has this'),
  owner: 'nemo1',
  vo: 'vo-z',
  ownerGroup: 'z_user',
  robot: 'rob0ts',
  endUser: 'dora@not.example',
  key: 'key-that-is-not',
  cursor: '["jobName","canary-none",99999999]',
  site: 'DIRAC.Absent.local',
  personId: 99_999,
  tokenId: 'token-that-is-not',
};

/** alice's of vo-a: a job that is done, with files, and others that wait and run; named by words that are nowhere else. */
async function aliceAtWork(grid: TestGrid, as: Awaited<ReturnType<typeof withPeople>>): Promise<Names> {
  // A number that is nowhere else, so that it can be told from others in an answer.
  const jump = (table: string, id: string, to: number) =>
    grid.database.kind === 'sqlite' ? sql`insert into sqlite_sequence (name, seq) values (${table}, ${to})` : sql`select setval(pg_get_serial_sequence(${table}, ${id}), ${to})`; // prettier-ignore
  await grid.database.transaction(async (tx) => {
    await jump('jobs', 'job_id', 77_770_000).execute(tx);
    await jump('bulk_operations', 'operation_id', 66_660_000).execute(tx);
  });
  const [alice, portal] = [await as('alice', 'vo-a', 'a_user'), await as('portal', 'vo-a', 'a_user')];
  const digest = digestOf('secret');
  await alice.call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from('secret'), sizeBytes: 6 });
  const description = {
    executable: '/bin/echo',
    jobName: 'canary-name',
    jobGroup: 'canary-group',
    inputSandbox: [{ path: 'in', digest, sizeBytes: 6 }],
  };
  const { jobIds } = await alice.call(submitJobs, { body: { description, idempotencyKey: 'canary-key' } });
  await alice.call(submitJobs, { body: { description } });
  await portal.call(submitJobs, {
    body: { description: { executable: '/bin/echo' }, onBehalfOf: 'dora@canary.example' },
  });
  const { operationId } = await alice.call(startOperation, { body: { act: 'prioritise', priority: 3, jobIds } });
  const node = await grid.pilot('DIRAC.Canary.local', 'vo-a');
  const [matched] = await node.match();
  if (matched === undefined) throw new Error("alice's job was not matched");
  await node.report(ranWell(matched));
  const proxy = { sealed: 'x', subject: 'canary-name', issuer: 'canary-name', not_after_ms: 4e12, fqans: '[]', upload_ms: 1 };
  await grid.database.transaction((tx) => putProxy(tx, { vo: 'vo-a', owner_group: 'a_user', owner: 'alice', ...proxy }));
  const { personId } = (await alice.caller()) ?? {};
  return {
    jobId: jobIds[0] ?? 0, operationId, jobGroup: 'canary-group', jobName: 'canary-name', digest, owner: 'alice', vo: 'vo-a', ownerGroup: 'a_user', robot: 'portal',
    endUser: 'dora@canary.example', key: 'canary-key', cursor: `["jobName","canary-name",${jobIds[0]}]`, site: 'DIRAC.Canary.local',
    personId: personId ?? 0, tokenId: 'token-of-alice',
  }; // prettier-ignore
}

const escaped = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '\\$&');

/** What bob's own acts change in between: new jobs, their times, his own lines in the trail. */
const counting = [
  'submitJobs',
  'searchJobs',
  'countJobs',
  'listGroups',
  'searchAudit',
  'matchJobs',
  'reportUsage',
  'startOperation',
  'listOperations',
  'saveView',
];

/** An answer without what was said in the question, and without what is another at every request. */
function comparable({ status, headers, body }: RawAnswer, names: Names, route: Route): unknown {
  const { date: _date, 'content-length': _length, ...kept } = headers;
  const isCounting = counting.includes(route.name);
  let text = body;
  for (const [name, value] of Object.entries(names)) {
    const word = new RegExp(`(?<![\\w.-])${escaped(String(value))}(?![\\w-])`, 'g');
    if (typeof value === 'string' || ((name === 'jobId' || name === 'operationId') && !isCounting))
      text = text.replaceAll(word, `<${name}>`);
  }
  // When to report next is drawn anew each time.
  text = text.replaceAll(/"nextReportMs":\d+/g, `"nextReportMs":"soon"`);
  return { status, headers: kept, text: isCounting ? text.replaceAll(/\d+/g, '#') : text };
}

const secrets = (names: Names, asked: Input): string[] =>
  [
    names.jobGroup,
    names.jobName,
    names.digest,
    names.owner,
    names.vo,
    names.robot,
    names.endUser,
    names.key,
    names.site,
    names.tokenId,
  ].filter((secret) => !JSON.stringify(asked).includes(secret));

describeGrid('two VOs that must not know of each other', (start) => {
  it('on every route, what is of the other VO answers exactly as what is not there', async () => {
    expect(Object.keys(probes).sort()).toEqual(routes.map(({ name }) => name).sort());
    const grid = await start();
    const as = await withPeople(grid);
    const alices = await aliceAtWork(grid, as);
    const before = await stateOf(grid, as, alices.jobId);
    const pilot = await grid.pilot('DIRAC.Test.local', 'vo-b');
    const askers = {
      bob: (await as('bob', 'vo-b', 'b_user')).token,
      'the administrator of vo-b': (await as('bea', 'vo-b', 'b_admin')).token,
      'the manager of vo-b': (await as('ben', 'vo-b', 'b_manager')).token,
      'a pilot of vo-b': pilot.token,
    };
    for (const route of routes) {
      for (const [who, token] of Object.entries(askers)) {
        const [ofAlice, ofNobody] = [probes[route.name]?.(alices) ?? [], probes[route.name]?.(absent) ?? []];
        for (const [i, input] of ofAlice.entries()) {
          const real = await ask(grid.address, token, route, input);
          const none = await ask(grid.address, token, route, ofNobody[i] ?? {});
          const where = [route.name, who, JSON.stringify(input)];
          expect([...where, comparable(real, alices, route)]).toEqual([...where, comparable(none, absent, route)]);
          for (const secret of secrets(alices, input)) expect([...where, real.body.includes(secret) && secret]).toEqual([...where, false]);
          expect(real.status).not.toBe(500);
        }
      }
    }
    expect(await stateOf(grid, as, alices.jobId)).toEqual(before);
  });

  it('the same probes do find something where they may: for alice herself', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const alices = await aliceAtWork(grid, as);
    const { token } = await as('alice', 'vo-a', 'a_user');
    const own = ['getJob', 'getJobLog', 'peekJob', 'whyJob', 'getInputFile', 'getOutputFile', 'searchJobs', 'findMissingFiles'];
    for (const route of routes.filter(({ name }) => own.includes(name) && name !== 'getOutputFile')) {
      const real = await ask(grid.address, token, route, probes[route.name]?.(alices)[0] ?? {});
      const none = await ask(grid.address, token, route, probes[route.name]?.(absent)[0] ?? {});
      expect([route.name, comparable(real, alices, route)]).not.toEqual([route.name, comparable(none, absent, route)]);
    }
  });
});

/** What alice has and is: nothing of it may be another afterwards. */
async function stateOf(grid: TestGrid, as: Awaited<ReturnType<typeof withPeople>>, jobId: number) {
  const { call } = await as('alice', 'vo-a', 'a_user');
  const ofVoA = <T extends { vo?: string }>(all: readonly T[]): T[] => all.filter(({ vo }) => vo === 'vo-a');
  const file = await exportRegistry(grid.database.read);
  const stale = await grid.database.read.selectFrom('stale_reports').selectAll().execute();
  return {
    job: await call(getJob, { params: { jobId } }),
    log: await call(getJobLog, { params: { jobId } }),
    groups: ofVoA(file.groups),
    people: file.people.filter(({ owner }) => owner.startsWith('a')),
    robots: file.robots,
    stale,
  };
}
