import { livePath } from '@diraclab/contract';
import { chmod, mkdir } from 'node:fs/promises';
import type { Server as TlsServer } from 'node:https';
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
import type { OpenServer } from './http/http-server.ts';
import { attachLive } from './http/live.ts';
import type { FindCaller } from './identity/caller.ts';
import { certificateEveryMs, createCertificateAgent, readTls } from './http/tls.ts';
import { createFindCaller, laptopUser } from './identity/laptop.ts';
import { ensureSecretFile } from './identity/secret-file.ts';
import { openServiceIdentity } from './identity/service-identity.ts';
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
import { noMeters } from './metrics/meters.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { createOperationAgent } from './operations/operation-agent.ts';
import { createOperationCleaningAgent } from './operations/operation-cleaning-agent.ts';
import { createBells } from './pilots/bells.ts';
import { createShareUsageAgent, createUseMeter } from './matching-policy/share-usage-agent.ts';
import { openSandboxBytes } from './sandboxes/open-bytes.ts';
import { createPilotCleaningAgent } from './pilots/pilot-cleaning-agent.ts';
import { createSandboxCleaningAgent } from './sandboxes/sandbox-cleaning-agent.ts';
import { createSandboxStore } from './sandboxes/sandbox-store.ts';
import { shareSlots } from './sites/local-site-vos.ts';
import { describeLocalSite, LocalSite, localSiteName } from './sites/local-site.ts';
import { limitsAt } from './task-queues/limits.ts';
import { createMatcher } from './task-queues/match-job.ts';
import { rejection } from './task-queues/matcher.ts';
import { createQueueTable } from './task-queues/queue-table.ts';
import { createTaskQueueCleaningAgent } from './task-queues/task-queue-cleaning-agent.ts';
import { createWaitingPilots } from './task-queues/waiting-pilots.ts';
import { version } from './version.ts';
import type { Reject } from './why/ask-matcher.ts';
import { createCheckFit } from './why/check-fit.ts';
import { createKnownResources } from './why/known-resources.ts';
import type { Resource } from './why/resource.ts';
import { createRecentStarts, typicalWait } from './why/why-order.ts';

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
    const identity = config.service === undefined ? undefined : await openServiceIdentity(database, config.service, logger);
    // Of a laptop too: whoever copies its database has no proxies.
    const secret = await ensureSecretFile(config.service?.secretFile ?? join(claim.dir, 'secret'));
    const findOwn = identity?.findCaller ?? createFindCaller(database.read, token, user);
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
    const localSite: Resource[] = config.localSite ? [describeLocalSite(user.vo, config.slots)] : [];
    const resources = await createKnownResources(database, localSite);
    const starts = createRecentStarts(database.read);
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

    const pilotGone = async (applied: Applied, pilotId: number): Promise<void> => {
      waiting.forget(pilotId);
      bells.forget(pilotId);
      await changed(applied);
    };

    const rejectAt = async (sites: Iterable<string>): Promise<Reject> => {
      const standing = await matcher.standingOf(sites);
      return (queue, offer) => rejection(queue, offer, standing);
    };

    // prom-client is loaded only where somebody looks.
    const metrics =
      config.metrics && (await import('./metrics/create-metrics.ts')).createMetrics({ database, liveConnections: () => live.count() });
    const meters = metrics?.meters ?? noMeters;
    let stopping = false;
    const operations = createOperationAgent({ database, changed, ring, operationChanged: events.operationChanged });
    closers.push(() => operations.stop());
    const { app } = createApp({
      database, config, secret, findCaller, identity, logger, meters, sandboxes, tails, waiting, bells, ring, events, changed, maxBulkJobs: config.maxBulkJobs,
      stopping: () => stopping, operationChanged: events.operationChanged, queues, policyChanged: lookAgain,
      carryOn: () => void operations.run().catch((error: unknown) => logger.error({ err: error }, 'an operation failed; it goes on at the next look')),
      offers: () => waiting.offers(), waitingQueues: () => queues.all(), resources, rejectAt, starts, heard: resources.hear,
      checkFit: createCheckFit(resources, rejection, config.localSite && config.service === undefined ? [localSiteName] : undefined),
      typicalWait: async ({ vo }) => typicalWait(await starts(vo, await database.nowMs()), undefined),
    }); // prettier-ignore
    const tlsFiles = config.service?.tls;
    const tls = tlsFiles && (await readTls(tlsFiles));
    const { http, close: closeHttp } = createHttpServer(app, [`${livePath}/`, presencePath], logger, { tls });
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

    if (metrics !== undefined && config.metrics !== undefined) {
      const listener = await serveMetrics(metrics, config.metrics, logger);
      closers.push(() => listener.close());
      logger.info({ url: listener.url }, 'metrics are served');
    }
    await writeServerFile(claim.dir, { address, pid: process.pid, version, startTime: new Date().toISOString() });
    closers.push(() => removeServerFile(claim.dir));

    const suspendJobs = createSuspendedJobAgent(database, async (applied, pilotIds) => {
      await changed(applied);
      ring(pilotIds);
    });
    const agents = startAgents(
      [
        { name: 'stalled-job', everyMs: 5_000, run: createStalledJobAgent(database, changed) },
        { name: 'accounting', everyMs: 20_000, run: createAccountingAgent(database) },
        { name: 'suspended-job', everyMs: 2_000, run: suspendJobs },
        { name: 'audit-cleaning', everyMs: 3_600_000, run: createAuditCleaningAgent(database, config.auditMonths) },
        { name: 'pilot-cleaning', everyMs: 60_000, run: createPilotCleaningAgent(database, pilotGone) },
        { name: 'task-queue-cleaning', everyMs: 60_000, run: createTaskQueueCleaningAgent(database) },
        { name: 'operation-cleaning', everyMs: 600_000, run: createOperationCleaningAgent(database) },
        { name: 'job-cleaning', everyMs: 60_000, run: createJobCleaningAgent(database, tails.forget, config.binDays * 86_400_000) },
        { name: 'sandbox-cleaning', everyMs: 300_000, run: createSandboxCleaningAgent(database, sandboxes, bytes, incoming) },
        ...(identity?.sharedAgents ?? []),
      ],
      logger,
      // SQLite has one server.
      database.kind === 'postgres' ? createLeases(database) : undefined,
      meters,
    );
    closers.push(() => agents.stop());
    // What each server does for itself, leases or not: what it keeps in memory, what was revoked, its own certificate. A look for operations is
    // one read, and a slice is whoever's that locks it.
    const ownAgents = startAgents(
      [
        { name: 'operation', everyMs: 500, run: () => operations.run() },
        { name: 'queue-refresh', everyMs: 5_000, run: lookAgain },
        { name: 'share-usage', everyMs: 10_000, run: createShareUsageAgent(database, useMeter, queues.remeasure) },
        { name: 'known-resources', everyMs: 5_000, run: resources.sync },
        ...(identity?.ownAgents ?? []),
        ...(tlsFiles === undefined || tls === undefined
          ? []
          : [{ name: 'certificate', everyMs: certificateEveryMs, run: createCertificateAgent(http as TlsServer, tlsFiles, tls, logger) }]),
      ],
      logger,
      undefined,
      meters,
    );
    closers.push(() => ownAgents.stop());

    const vos = config.localSiteVos ?? (config.service === undefined ? [user.vo] : []);
    for (const { vo, slots } of config.localSite ? shareSlots(vos, config.slots) : []) {
      const options = { dataDirectory: claim.dir, pilotBundle, vo, slots, isShared: config.localSiteVos !== undefined };
      const site = new LocalSite(database, options, logger, pilotGone);
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

async function listen(http: OpenServer['http'], config: Config, dataDirectory: string, env: NodeJS.ProcessEnv): Promise<string> {
  if (config.listen.kind === 'tcp') {
    const { host, port } = config.listen;
    await listening(http, () => http.listen(port, host), `port ${port} of ${host}`);
    const { port: actual } = http.address() as AddressInfo;
    return `${config.service?.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${actual}`;
  }
  const path = config.listen.path ?? (await privateSocketPath(dataDirectory, env['XDG_RUNTIME_DIR']));
  checkSocketPathLength(path);
  await removeDeadSocket(path);
  await listening(http, () => http.listen(path), path);
  await chmod(path, 0o600);
  return `unix:${path}`;
}

function listening(http: OpenServer['http'], start: () => void, where: string): Promise<void> {
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
