import { livePath } from '@diraclab/contract';
import { chmod, mkdir } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAccountingAgent } from './accounting/accounting-agent.ts';
import { startAgents } from './agents.ts';
import { createApp } from './app.ts';
import { createAuditCleaningAgent } from './audit/audit-cleaning-agent.ts';
import { databaseOf } from './config.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database/open.ts';
import { createEvents } from './events.ts';
import { openFanOut } from './fan-out/open-fan-out.ts';
import { createHttpServer } from './http/http-server.ts';
import { attachLive } from './http/live.ts';
import type { FindCaller } from './identity/caller.ts';
import { createFindCaller, laptopUser } from './identity/laptop.ts';
import {
  attachPresence,
  checkSocketPathLength,
  claimDataDirectory,
  ensureToken,
  presencePath,
  privateSocketPath,
  removeDeadSocket,
  removePrivateSocketDirectory,
  removeServerFile,
  writeServerFile,
} from './instance/index.ts';
import type { Applied } from './jobs/apply-drafts.ts';
import { createJobCleaningAgent } from './jobs/job-cleaning-agent.ts';
import { createSuspendedJobAgent } from './jobs/suspended-job-agent.ts';
import { createStalledJobAgent } from './jobs/stalled-job-agent.ts';
import { createLeases } from './leases.ts';
import type { Logger } from './logger.ts';
import { createBells } from './pilots/bells.ts';
import { createShareUsageAgent, createUseMeter } from './matching-policy/share-usage-agent.ts';
import { openSandboxBytes } from './sandboxes/open-bytes.ts';
import { createSandboxCleaningAgent } from './sandboxes/sandbox-cleaning-agent.ts';
import { createSandboxStore } from './sandboxes/sandbox-store.ts';
import { shareSlots } from './sites/local-site-vos.ts';
import { LocalSite } from './sites/local-site.ts';
import { limitsAt } from './task-queues/limits.ts';
import { createMatcher } from './task-queues/match-job.ts';
import { createQueueTable } from './task-queues/queue-table.ts';
import { createWaitingPilots } from './task-queues/waiting-pilots.ts';
import { version } from './version.ts';

export interface RunningServer {
  /** `unix:/path` or `http://host:port`. */
  address: string;
  /** Pilots end, what they ran goes back to its queue, nothing new is taken; then all is closed. */
  stop(): Promise<void>;
}

/** How long the local pilot may take to end its payloads when the server stops. */
const pilotFarewellMs = 5_000;

/** Every part made once, by hand, in reading order. `onLastCompanion` is called when no Lab needs this server any more. */
export async function startServer(
  config: Config,
  logger: Logger,
  pilotBundle: string,
  env: NodeJS.ProcessEnv,
  onLastCompanion: () => void,
  /** Asked for tokens that are neither the laptop's nor a pilot's. */
  findOther?: FindCaller,
): Promise<RunningServer> {
  const claim = await claimDataDirectory(config.dataDirectory);
  const closers: (() => Promise<unknown> | void)[] = [() => claim.release()];
  // In the reverse order of making, and all of them whatever fails.
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse().splice(0)) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error }, 'a part of the server did not close well');
      }
    }
  };

  try {
    const token = await ensureToken(claim.dir);
    const database = await openDatabase(databaseOf(config));
    closers.push(() => database.close());

    const user = laptopUser();
    const findOwn = createFindCaller(database.read, token, user);
    const findCaller: FindCaller = async (given) => (await findOwn(given)) ?? findOther?.(given);
    const { fanOut, tails } = await openFanOut(config.redisUrl, database, logger);
    closers.push(() => fanOut.close());
    const events = createEvents(fanOut);
    const sandboxDirectory = join(claim.dir, 'sandboxes');
    await mkdir(sandboxDirectory, { recursive: true, mode: 0o700 });
    const incoming = join(sandboxDirectory, 'incoming');
    const bytes = await openSandboxBytes(config.sandboxes, sandboxDirectory);
    const sandboxes = createSandboxStore(database, bytes, incoming, config.maxSandboxFileBytes);

    const queues = await createQueueTable(database);
    const useMeter = createUseMeter(database);
    const changed = async ({ rows, queueDeltas, used = [], freedSites, more = false }: Applied & { more?: boolean }): Promise<void> => {
      const grew = await queues.apply(queueDeltas, rows);
      useMeter.note(used);
      events.jobsChanged({ rows, more });
      const mayFit = grew || (freedSites !== undefined && limitsAt(queues.policy, freedSites).length > 0);
      fanOut.tell({ kind: 'jobs', rows, more, grew: mayFit });
      if (mayFit) waiting.wake();
    };
    const matcher = createMatcher(database, queues, config.maxOutputBytes, changed);
    const waiting = createWaitingPilots(matcher, (error) => logger.error({ err: error }, 'matching failed; waiting pilots ask again'));
    closers.push(() => waiting.stop());
    const lookAgain = async (): Promise<void> => {
      if (await queues.refresh()) waiting.wake();
    };
    const atLeisure = (): void => {
      lookAgain().catch((error: unknown) => logger.warn({ err: error }, 'what other servers changed could not be read; it is read again'));
    };
    database.listen('matching', atLeisure);
    const bells = createBells();
    closers.push(() => bells.stop());
    const ring = (pilotIds: Iterable<number>): void => {
      const ids = [...pilotIds];
      bells.ring(ids);
      // Which server a pilot listens to is not known.
      if (ids.length > 0) fanOut.tell({ kind: 'ring', pilotIds: ids });
    };
    fanOut.onHint((hint) => {
      if (hint.kind === 'ring') bells.ring(hint.pilotIds);
      else if (hint.kind === 'jobs' && hint.grew) waiting.wake();
    });

    let stopping = false;
    const { app } = createApp({
      database, config, findCaller, logger, sandboxes, tails, waiting, bells, ring, events, changed, maxBulkJobs: config.maxBulkJobs,
      offers: () => waiting.offers(), standingOf: matcher.standingOf, stopping: () => stopping, queues, policyChanged: lookAgain,
    }); // prettier-ignore
    const { http, close: closeHttp } = createHttpServer(app, [`${livePath}/`, presencePath], logger);
    const live = attachLive(http, { database, events, tails, sandboxes, findCaller, logger });
    const presence = attachPresence(http, { token, ...(config.endWithCompanions ? { onLast: onLastCompanion } : {}) });
    const address = await listen(http, config, claim.dir, env);
    closers.push(
      () =>
        config.listen.kind === 'socket' && config.listen.path === undefined
          ? removePrivateSocketDirectory(address.slice('unix:'.length))
          : undefined,
      () => closeHttp(),
      () => live.close(),
      () => presence.close(),
    );

    await writeServerFile(claim.dir, { address, pid: process.pid, version, startTime: new Date().toISOString() });
    closers.push(() => removeServerFile(claim.dir));

    const suspendJobs = createSuspendedJobAgent(database, async (applied, pilotIds) => {
      await changed(applied);
      bells.ring(pilotIds);
    });
    const agents = startAgents(
      [
        { name: 'stalled-job', everyMs: 5_000, run: createStalledJobAgent(database, changed) },
        { name: 'accounting', everyMs: 20_000, run: createAccountingAgent(database) },
        { name: 'suspended-job', everyMs: 2_000, run: suspendJobs },
        { name: 'audit-cleaning', everyMs: 3_600_000, run: createAuditCleaningAgent(database, config.auditMonths) },
        { name: 'job-cleaning', everyMs: 60_000, run: createJobCleaningAgent(database, tails.forget) },
        { name: 'sandbox-cleaning', everyMs: 300_000, run: createSandboxCleaningAgent(database, sandboxes, bytes, incoming) },
      ],
      logger,
      // SQLite has one server.
      database.kind === 'postgres' ? createLeases(database) : undefined,
    );
    closers.push(() => agents.stop());
    // What each server keeps in memory is its own to keep current: no lease.
    const ownAgents = startAgents(
      [
        { name: 'queue-refresh', everyMs: 5_000, run: lookAgain },
        { name: 'share-usage', everyMs: 10_000, run: createShareUsageAgent(database, useMeter, queues.remeasure) },
      ],
      logger,
    );
    closers.push(() => ownAgents.stop());

    const vos = config.localSiteVos ?? [user.vo];
    for (const { vo, slots } of config.localSite ? shareSlots(vos, config.slots) : []) {
      const site = new LocalSite(
        database,
        { dataDirectory: claim.dir, pilotBundle, vo, slots, isShared: config.localSiteVos !== undefined },
        logger,
        async (applied, pilotId) => {
          waiting.forget(pilotId);
          bells.forget(pilotId);
          await changed(applied);
        },
      );
      closers.push(() => site.stop(pilotFarewellMs));
      await site.start();
    }

    return {
      address,
      stop: async () => {
        stopping = true;
        // Who waits for something is told now, while there is somebody to tell it.
        waiting.stop();
        bells.stop();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function listen(http: HttpServer, config: Config, dataDirectory: string, env: NodeJS.ProcessEnv): Promise<string> {
  if (config.listen.kind === 'tcp') {
    const { host, port } = config.listen;
    await listening(http, () => http.listen(port, host), `port ${port} of ${host}`);
    const { port: actual } = http.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
  }
  const path = config.listen.path ?? (await privateSocketPath(dataDirectory, env['XDG_RUNTIME_DIR']));
  checkSocketPathLength(path);
  await removeDeadSocket(path);
  await listening(http, () => http.listen(path), path);
  await chmod(path, 0o600);
  return `unix:${path}`;
}

function listening(http: HttpServer, start: () => void, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'it is in use by another program' : error.message;
      reject(
        new Error(`The server cannot listen on ${where}: ${why}. Choose another with --listen HOST:PORT or --socket PATH.`, {
          cause: error,
        }),
      );
    });
    http.once('listening', resolve);
    start();
  });
}
