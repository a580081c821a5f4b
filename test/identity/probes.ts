import { anyOffer } from '../../server/src/testing/test-grid.ts';
import type { Input } from './ask.ts';

/** Everything by which something of somebody can be named: once what is alice's, once what is nobody's, letter for letter as long. */
export interface Names {
  jobId: number;
  operationId: number;
  jobGroup: string;
  jobName: string;
  digest: string;
  owner: string;
  vo: string;
  ownerGroup: string;
  robot: string;
  endUser: string;
  key: string;
  cursor: string;
  site: string;
  personId: number;
  tokenId: string;
}

/** Fits no pilot: what a pilot gets here would be alice's. */
const hello = { executable: '/bin/echo', tags: ['nowhere'] };
const file = (digest: string) => ({ path: 'in', digest, sizeBytes: 6 });
const matching = (field: string, ...values: (string | number)[]) => [{ field, operator: 'in', values }];

/** Searches that would find what is alice's, by every field that names her. */
const wheres = (of: Names) => [
  matching('jobId', of.jobId),
  matching('jobGroup', of.jobGroup),
  matching('jobName', of.jobName),
  matching('owner', of.owner),
  matching('ownerGroup', of.ownerGroup),
  matching('vo', of.vo),
  matching('endUser', of.endUser),
  [{ field: 'owner', operator: 'neq', values: ['nobody'] }, ...matching('vo', of.vo)],
];
const acts = (of: Names): Input[] => [{ body: { jobIds: [of.jobId] } }, ...wheres(of).map((where) => ({ body: { where } }))];
const job = (of: Names): Input => ({ params: { jobId: of.jobId } });
const report = (of: Names, more: object = {}): Input => ({ body: { jobs: [{ jobId: of.jobId, attempt: 1, statuses: [], ...more }] } });
const status = (name: string, sequence: number, end?: object) => ({
  sequence,
  status: name,
  minorStatus: 'x',
  ...(end === undefined ? {} : { end }),
});
const changes = (...all: object[]): Input[] => all.map((change) => ({ body: { changes: [change] } }));

/** How each route could be asked for something of another. A route that is not here fails the test: say how it could name another's things. */
export const probes: Record<string, (of: Names) => Input[]> = {
  isLive: () => [{}],
  isReady: () => [{}],
  whoAmI: () => [{}],
  signInOptions: () => [{}],
  startDeviceSignIn: (of) => [{ body: {} }, { body: { vo: of.vo, ownerGroup: of.ownerGroup } }, { body: { provider: of.owner } }],
  getTokens: (of) => [
    { body: { grantType: 'deviceCode', deviceCode: of.key } },
    { body: { grantType: 'refreshToken', refreshToken: of.key, vo: of.vo, ownerGroup: of.ownerGroup } },
    { body: { grantType: 'authorizationCode', code: of.key, codeVerifier: 'v'.repeat(43), redirectUri: 'http://127.0.0.1/' } },
  ],
  signOut: (of) => [{ body: { refreshToken: of.key } }],
  getJwks: () => [{}],
  listMemberships: () => [{}],
  createPersonalToken: () => [{ body: { name: 'x', scopes: ['jobs:read'], expiresInS: 3600 } }],
  listPersonalTokens: () => [{}],
  revokePersonalToken: (of) => [{ params: { tokenId: of.tokenId } }],
  submitJobs: (of) => [
    { body: { description: { ...hello, inputSandbox: [file(of.digest)] } } },
    { body: { description: { ...hello, jobGroup: 'own' }, idempotencyKey: of.key } },
    { body: { description: hello, onBehalfOf: of.endUser } },
    // Reads a file at submission: a workflow of DIRAC's Python client.
    {
      body: {
        jdl: 'Executable = "dirac-jobexec"; Arguments = "jobDescription.xml -o LogLevel=INFO"; InputSandbox = {"jobDescription.xml"};',
        inputSandbox: [{ ...file(of.digest), path: 'jobDescription.xml' }],
      },
    },
  ],
  searchJobs: (of) => [
    ...wheres(of).map((where) => ({ body: { where } })),
    { body: { sort: { field: 'jobName', direction: 'asc' }, after: of.cursor } },
    ...['owner', 'jobGroup', 'endUser', 'lastUpdateTime'].map((field) => ({ body: { sort: { field, direction: 'asc' } } })),
  ],
  countJobs: (of) =>
    ['status', 'site', 'jobGroup', 'owner', 'ownerGroup', 'jobType', 'minorStatus'].flatMap((groupBy) => [
      { body: { groupBy } },
      ...wheres(of).map((where) => ({ body: { groupBy, where } })),
    ]),
  describeJobKeys: (of) => [{}, { query: { jobGroup: of.jobGroup } }],
  listViews: () => [{}],
  saveView: (of) => [{ body: { name: of.jobName, text: `group=${of.jobGroup}`, shared: true } }],
  deleteView: (of) => [{ body: { name: of.jobName } }],
  getProxy: () => [{}],
  uploadProxy: (of) => [{ body: { pem: of.key } }],
  deleteProxy: () => [{}],
  getJobProxy: (of) => [job(of)],
  listGroups: () => [{}, { query: { limit: 200 } }],
  killJobs: acts,
  rescheduleJobs: acts,
  deleteJobs: acts,
  restoreJobs: acts,
  holdJobs: acts,
  releaseJobs: acts,
  prioritiseJobs: (of) => acts(of).map(({ body }) => ({ body: { ...(body as object), priority: 5 } })),
  startOperation: (of) => [
    { body: { act: 'kill', jobIds: [of.jobId], delayS: 60 } },
    { body: { act: 'hold', where: matching('jobGroup', of.jobGroup), except: [of.jobId], delayS: 60 } },
    { body: { act: 'kill', jobIds: [of.jobId], idempotencyKey: of.key, delayS: 60 } },
  ],
  listOperations: () => [{}],
  getOperation: (of) => [{ params: { operationId: of.operationId } }],
  undoOperation: (of) => [{ params: { operationId: of.operationId } }],
  cancelOperation: (of) => [{ params: { operationId: of.operationId } }],
  getOperationResults: (of) => [{ params: { operationId: of.operationId } }],
  setJobParameters: (of) => [{ ...job(of), body: { parameters: { Note: 'x' } } }],
  getJob: (of) => [job(of)],
  getJobJdl: (of) => [job(of)],
  getJobLog: (of) => [job(of)],
  peekJob: (of) => [job(of), { ...job(of), query: { stream: 'stderr', from: -10 } }],
  whyJob: (of) => [job(of)],
  whyJobs: (of) => [{ body: {} }, ...wheres(of).map((where) => ({ body: { where } }))],
  groupFailures: (of) => [{ body: {} }, ...wheres(of).map((where) => ({ body: { where } }))],
  getInputFile: (of) => [{ ...job(of), query: { path: 'in' } }],
  getOutputFile: (of) => [{ ...job(of), query: { path: 'std.out' } }],
  findMissingFiles: (of) => [{ body: { digests: [of.digest] } }],
  uploadSandboxFile: (of) => [{ params: { digest: of.digest }, bytes: 'other bytes' }],
  listPilots: () => [{}],
  matchJobs: (of) => [
    { body: anyOffer },
    { body: { ...anyOffer, holding: [{ jobId: of.jobId, attempt: 1 }] } },
    { body: { ...anyOffer, slots: 1024, processors: 1024, tags: [of.vo, of.owner] } },
  ],
  awaitBell: () => [{ body: { waitMs: 0 } }],
  reportJobs: (of) => [
    report(of),
    report(of, { attempt: 2 }),
    report(of, { statuses: [status('Running', 1)] }),
    report(of, { statuses: [status('Running', 1), status('Failed', 2, { reason: 'exit', exitCode: 1, cpuTimeUsedS: 0, wallTimeUsedS: 0, maxRssMB: null, outputs: [file(of.digest)] })] }),
    report(of, { output: [{ stream: 'stdout', from: 0, text: 'x', end: 1 }] }),
  ], // prettier-ignore
  reportUsage: (of) => [
    { body: { type: 'Job', plot: 'executedJobs', groupBy: 'owner' } },
    ...(['vo', 'owner', 'ownerGroup', 'jobGroup', 'site'] as const).map((key) => ({
      body: { type: 'Job', plot: 'executedJobs', groupBy: key, where: { [key]: [key === 'jobGroup' ? of.jobGroup : of[key]] } },
    })),
    { body: { type: 'Pilot', plot: 'pilots', groupBy: 'site', where: { vo: [of.vo] } } },
  ],
  readRegistry: () => [{}, { query: { version: 1 } }],
  listPeople: (of) => [{}, { query: { vo: of.vo } }, { query: { vo: of.vo, after: of.owner } }],
  changeRegistry: (of) =>
    changes(
      { change: 'putVo', vo: { name: of.vo, jobShare: 1 } },
      { change: 'removeVo', name: of.vo },
      { change: 'putGroup', group: { vo: of.vo, name: of.ownerGroup, properties: ['NormalUser'] } },
      { change: 'removeGroup', vo: of.vo, name: of.ownerGroup },
      { change: 'removeGroup', vo: 'vo-b', name: of.ownerGroup },
      { change: 'addMember', vo: of.vo, ownerGroup: of.ownerGroup, owner: of.owner },
      { change: 'addMember', vo: 'vo-b', ownerGroup: 'b_user', owner: of.owner },
      { change: 'addMember', vo: 'vo-b', ownerGroup: of.ownerGroup, owner: 'bob' },
      { change: 'removeMember', vo: of.vo, ownerGroup: of.ownerGroup, owner: of.owner },
      { change: 'removeMember', vo: 'vo-b', ownerGroup: 'b_user', owner: of.owner },
      { change: 'suspend', owner: of.owner, reason: 'x' },
      { change: 'suspend', owner: of.owner, vo: of.vo, reason: 'x' },
      { change: 'suspend', owner: of.owner, vo: 'vo-b', reason: 'x' },
      { change: 'suspend', owner: of.robot, reason: 'x' },
      { change: 'suspend', owner: of.robot, endUser: of.endUser, reason: 'x' },
      { change: 'lift', owner: of.owner, vo: 'vo-b' },
      { change: 'lift', owner: of.robot, endUser: of.endUser },
      { change: 'putPerson', person: { owner: of.owner, identities: [], memberships: [] } },
      { change: 'removePerson', owner: of.owner },
      { change: 'putRobot', robot: { owner: of.robot, identities: [], vo: of.vo, ownerGroup: of.ownerGroup, rights: [] } },
      { change: 'removeRobot', owner: of.robot },
    ),
  listRegistryVersions: () => [{}, { query: { after: '2' } }],
  exportRegistry: () => [{}, { query: { version: 1 } }],
  importRegistry: () => [{ body: { how: 'merge', file: { format: 'diraclab-registry-1', vos: [], groups: [], people: [], robots: [] } } }],
  searchAudit: (of) => [
    {},
    ...[
      { vo: of.vo },
      { owner: of.owner },
      { personId: of.personId },
      { tokenId: of.tokenId },
      { endUser: of.endUser },
      { jobGroup: of.jobGroup },
      { jobId: of.jobId },
      { site: of.site },
    ].map((body) => ({ body })),
  ],
  getVoMatchingPolicy: () => [{}, { query: { version: 0 } }, { query: { version: 1 } }],
  // Of a version that is not: bob's own change would answer otherwise the second time.
  saveVoMatchingPolicy: (of) => [{ body: { ifVersion: 99, policy: policyNaming(of) } }],
  getOperatorMatchingPolicy: () => [{}],
  saveOperatorMatchingPolicy: (of) => [
    { body: { ifVersion: 0, policy: { voShares: { [of.vo]: 1 }, bannedSites: { [of.site]: 'x' }, limits: [], correctors: [] } } },
  ],
  getSiteMask: () => [{}],
  previewMatchingPolicy: (of) => [{ body: { claims: 10 } }, { body: { vo: policyNaming(of), claims: 10 } }],
};

function policyNaming(of: Names) {
  return { groupShares: { [of.ownerGroup]: 5 }, highPriorityTags: [], bannedSites: { [of.site]: 'x' } };
}
