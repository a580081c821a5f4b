import { createClient, matchJobs, reportJobs } from '@diraclab/contract';
import type { Answer, Client, JobReport, MatchedJob, ResourceOffer } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { openDatabase } from '../database/open.ts';
import type { Database, DatabaseKind } from '../database/port.ts';
import { describeDatabase } from '../database/testing.ts';
import type { Caller } from '../identity/caller.ts';
import { hashToken } from '../identity/laptop.ts';
import { createLogger } from '../logger.ts';
import type { Logger } from '../logger.ts';
import { insertPilot } from '../pilots/pilot-store.ts';
import { startServer } from '../server.ts';
import type { RunningServer } from '../server.ts';

export interface TestPilot {
  pilotId: number;
  token: string;
  call: Client;
  /** Asks for jobs without waiting, unless told to. */
  match(offer?: Partial<ResourceOffer>): Promise<MatchedJob[]>;
  report(...jobs: JobReport[]): Promise<Answer<typeof reportJobs>>;
}

export interface TestGrid {
  /** As the laptop's user. */
  call: Client;
  address: string;
  token: string;
  dataDirectory: string;
  database: Database;
  /** A pilot that exists on paper: the test speaks for it. */
  pilot(site?: string, vo?: string, isolation?: 'none'): Promise<TestPilot>;
  /** As somebody else: what the caller is comes from the function, asked at every request. */
  actAs(find: () => Promise<Caller | undefined>): { call: Client; token: string };
  callAs(token: string): Client;
  /** Stops the server and starts it again on the same data. */
  restart(): Promise<void>;
}

export const anyOffer: ResourceOffer = {
  slots: 1, processors: 4, ramMB: 8000, cpuTimeLeftS: 600_000, platform: 'x86_64-linux', tags: [], host: 'wn1', pid: 1, version: 'test', waitMs: 0,
}; // prettier-ignore

/** The real server, in this process, without a local site; the same stories on both databases. */
export function describeGrid(
  title: string,
  stories: (start: (options?: Partial<Config>, logger?: Logger) => Promise<TestGrid>, kind: DatabaseKind) => void,
  kinds: readonly DatabaseKind[] = ['sqlite', 'postgres'],
): void {
  for (const kind of kinds) {
    describeDatabase(kind, title, (open) => {
      stories(async (options = {}, logger) => {
        const location = await open.location();
        const dataDirectory = await mkdtemp(join(tmpdir(), 'diraclab-grid-'));
        const given = readConfig(['--data', dataDirectory, '--no-local-site'], { DIRACLAB_LOG_LEVEL: 'error' });
        if (given === undefined) throw new Error('the test grid has no configuration');
        const databaseUrl = location.kind === 'postgres' ? location.url : undefined;
        const config: Config = { ...given, databaseUrl, ...options };
        const others = new Map<string, () => Promise<Caller | undefined>>();
        const begin = (): Promise<RunningServer> =>
          startServer(
            config,
            logger ?? createLogger(config.logLevel),
            '',
            { XDG_RUNTIME_DIR: undefined },
            () => undefined,
            async (of) => others.get(of)?.(),
          );
        let server = await begin();
        const database = await openDatabase(
          location.kind === 'postgres' ? location : { kind: 'sqlite', path: join(dataDirectory, 'diraclab.sqlite') },
        );
        open.before(async () => {
          await database.close();
          await server.stop();
          await rm(dataDirectory, { recursive: true, force: true });
        });
        const token = (await readFile(join(dataDirectory, 'token'), 'utf8')).trim();
        const callAs = (of: string): Client => createClient(nodeTransport(server.address), () => ({ authorization: `Bearer ${of}` }));
        const grid: TestGrid = {
          call: callAs(token),
          address: server.address,
          token,
          dataDirectory,
          database,
          callAs,
          pilot: (site = 'DIRAC.Test.local', vo, isolation) => makePilot(database, callAs, site, vo, isolation),
          actAs(find) {
            const other = randomBytes(32).toString('base64url');
            others.set(other, find);
            return { call: callAs(other), token: other };
          },
          async restart() {
            await server.stop();
            server = await begin();
            grid.address = server.address;
            grid.call = callAs(token);
          },
        };
        return grid;
      }, kind);
    });
  }
}

export async function makePilot(
  database: Database,
  callAs: (token: string) => Client,
  site: string,
  vo = 'laptop',
  isolation?: 'none',
): Promise<TestPilot> {
  const token = randomBytes(32).toString('base64url');
  const pilotId = await database.transaction((tx, nowMs) =>
    insertPilot(
      tx,
      {
        pilotStamp: randomBytes(8).toString('hex'),
        tokenHash: hashToken(token),
        site,
        computingElement: 'test',
        host: 'wn1',
        vo,
        slots: 1,
        isolation,
      },
      nowMs,
    ),
  );
  const call = callAs(token);
  return {
    pilotId,
    token,
    call,
    match: async (offer = {}) => (await call(matchJobs, { body: { ...anyOffer, ...offer } })).jobs,
    report: (...jobs) => call(reportJobs, { body: { jobs } }),
  };
}

/** The reports of a payload that ran well, in order. */
export function ranWell({ jobId, attempt }: MatchedJob, exitCode = 0): JobReport {
  const end = { reason: 'exit' as const, exitCode, cpuTimeUsedS: 0.1, wallTimeUsedS: 0.2, maxRssMB: 3, outputs: [] };
  return {
    jobId,
    attempt,
    statuses: [
      { sequence: 1, status: 'Running', minorStatus: 'Application' },
      { sequence: 2, status: 'Completing', minorStatus: 'Uploading Output Sandbox' },
      exitCode === 0
        ? { sequence: 3, status: 'Done', minorStatus: 'Execution Complete', end }
        : { sequence: 3, status: 'Failed', minorStatus: 'Application Finished With Errors', end },
    ],
  };
}
