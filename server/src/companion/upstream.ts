import { ContractError } from '@diraclab/contract/errors';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, makeDataDirectory, readServerFile, tryExclusiveLock } from '../instance/index.ts';
import type { ExclusiveLock } from '../instance/index.ts';
import { holdPresence } from './hold-presence.ts';
import { lookForServer } from './live-server.ts';
import type { LiveServer, Seen } from './live-server.ts';
import { findService } from './service.ts';
import { startServer } from './start-server.ts';
import type { ServerCommand, StartingServer } from './start-server.ts';
import type { Target } from './target.ts';

/** What is behind this companion. */
export interface Upstream {
  /** Where requests go now: the service that was chosen; else the live server of this machine, found or started. Waits at most {@link startWaitMs}, then throws a ContractError that says why. */
  live(): Promise<Target>;
  /** A connection to it failed: look again before the next request. */
  lost(target: Target): void;
  close(): void;
}

const startWaitMs = 20_000;
/** A start that failed is not tried again for each of a panel's requests. */
const failureHoldMs = 3_000;
/** After a crash the server is started again even when nobody asks, since its pilots wait for it one minute; but not in a crash loop. */
const healAtMostEveryMs = 60_000;

export function createUpstream(command: ServerCommand): Upstream {
  let current: { server: LiveServer; presence: Duplex } | undefined;
  let attempt: Promise<LiveServer> | undefined;
  let failure: { error: unknown; untilMs: number } | undefined;
  let healedMs = Number.NEGATIVE_INFINITY;
  let closed = false;

  const ownServer = (): Promise<LiveServer> => {
    if (current !== undefined) return Promise.resolve(current.server);
    if (failure !== undefined && performance.now() < failure.untilMs) return Promise.reject(failure.error);
    attempt ??= connect().finally(() => (attempt = undefined));
    return attempt;
  };

  const connect = async (): Promise<LiveServer> => {
    try {
      const found = await findOrStart(command);
      if (closed) found.presence.destroy();
      current = found;
      failure = undefined;
      found.presence.once('close', () => void gone(found.server));
      if (found.presence.destroyed) void gone(found.server);
      return found.server;
    } catch (error) {
      failure = { error, untilMs: performance.now() + failureHoldMs };
      throw error;
    }
  };

  const live = async (): Promise<Target> => (await findService(command.dataDirectory, command.env)) ?? ownServer();

  const lost = (target: Target): void => {
    if (current?.server !== target) return;
    const { presence } = current;
    current = undefined;
    presence.destroy();
  };

  const gone = async (server: LiveServer): Promise<void> => {
    lost(server);
    // Hanging up comes before its end: judge when it has ended. One that was stopped takes its file back; one that crashed could not.
    for (let looks = 0; looks < 100 && isRunning(server.pid); looks += 1) await sleep(100);
    const crashed = !isRunning(server.pid) && (await readServerFile(command.dataDirectory))?.pid === server.pid;
    if (closed || !crashed || performance.now() - healedMs < healAtMostEveryMs) return;
    healedMs = performance.now();
    await ownServer().catch(() => undefined);
  };

  return {
    live,
    lost,
    close: () => {
      closed = true;
      current?.presence.destroy();
    },
  };
}

interface Found {
  server: LiveServer;
  presence: Duplex;
}

/** Looks, starts where nothing is, looks again, until the server has taken this companion. One start at a time for all companions. */
async function findOrStart(command: ServerCommand): Promise<Found> {
  const { dataDirectory } = command;
  const endMs = performance.now() + startWaitMs;
  let pauseMs = 30;
  let turn: ExclusiveLock | undefined;
  let starting: StartingServer | undefined;
  try {
    await makeDataDirectory(dataDirectory);
    for (;;) {
      const seen = await look(dataDirectory);
      if ('presence' in seen) return seen;
      if (performance.now() >= endMs)
        throw new ContractError('NotReady', notYet(dataDirectory, seen, starting !== undefined), {
          next: `Reload in a moment; if it stays so, look into server.log there.`,
        });
      const ended = starting?.ended();
      if (ended === 'inUse') starting = undefined;
      else if (ended !== undefined) throw startFailed(dataDirectory, ended);
      else if (seen.state === 'gone' && starting === undefined) {
        // The turn comes first and one more look after it: another companion's server may have come up meanwhile.
        if (turn === undefined) {
          turn = tryExclusiveLock(join(dataDirectory, 'start.lock'));
          if (turn !== undefined) continue;
        } else {
          starting = startServer(command);
        }
      }
      await sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 1.2, 500);
    }
  } catch (error) {
    if (error instanceof ContractError) throw error;
    throw new ContractError('NotReady', error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    turn?.release();
  }
}

async function look(dataDirectory: string): Promise<Found | Exclude<Seen, { state: 'live' }>> {
  const seen = await lookForServer(dataDirectory);
  if (seen.state !== 'live') return seen;
  try {
    return { server: seen.server, presence: await holdPresence(seen.server) };
  } catch (error) {
    // It may have ended just now, with its last companion.
    return { state: 'silent', detail: `the server with pid ${seen.server.pid} is there, but ${(error as Error).message}` };
  }
}

function notYet(dataDirectory: string, seen: { state: string; detail?: string }, isStarting: boolean): string {
  if (seen.detail !== undefined) return `The server of ${dataDirectory} is not ready: ${seen.detail}.`;
  const what = isStarting ? 'is still starting' : 'does not come up; another process holds its data directory';
  return `The server of ${dataDirectory} ${what} after ${startWaitMs / 1000} s.`;
}

function startFailed(dataDirectory: string, { why, lastLines }: { why: string; lastLines: string[] }): ContractError {
  const log = lastLines.length === 0 ? '' : ` Its last lines: ${lastLines.join('\n')}`;
  return new ContractError('NotReady', `The server of ${dataDirectory} could not be started: ${why}.${log}`, {
    next: `Mend what its last lines name, then reload. All of them are in ${join(dataDirectory, 'server.log')}.`,
  });
}
