import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Log } from '../log.ts';
import { markName } from './environment.ts';
import { startGuard } from './guard.ts';
import type { PayloadRunner, PayloadStart } from './port.ts';
import { readProcessTable, rssUnitBytes, waitedCpuTimeS } from './process-table.ts';
import { createSession, type Session } from './session.ts';

/**
 * Runs payloads as processes of the pilot's own user, each in a session of its own: no terminal, one process group to signal, and one
 * number by which /proc tells its processes from all others.
 */
export function createProcessRunner(stamp: string, log: Log): PayloadRunner {
  const guard = startGuard(stamp, log);
  const live = new Set<Session>();
  const cores = availableParallelism();
  const rssUnit = rssUnitBytes();
  let waitedS = waitedCpuTimeS();

  /** What the payload that just ended used in all, by what our waited-for children have more than before. */
  function cpuOfEnded(): number | undefined {
    const before = waitedS;
    waitedS = waitedCpuTimeS();
    return waitedS === undefined || before === undefined ? undefined : waitedS - before;
  }

  return {
    async start(start) {
      const child = await spawned(start, `${stamp}:${start.jobMark}`);
      const session = createSession(child, `${stamp}:${start.jobMark}`, { cpuOfEnded, cores, log });
      live.add(session);
      guard.add(session.leader);
      void session.ended.then(() => {
        live.delete(session);
        guard.remove(session.leader);
      });
      return session;
    },
    measure() {
      if (live.size === 0) return;
      const table = readProcessTable();
      for (const session of live) session.measured(table, rssUnit);
    },
    close: () => guard.close(),
  };
}

/** A script without `#!` is run by the shell, as a shell would. */
async function spawned(start: PayloadStart, mark: string): Promise<ReturnType<typeof spawn>> {
  try {
    return await spawnOnce(start.program, start.arguments, start, mark);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOEXEC')) throw error;
    return spawnOnce('/bin/sh', [start.program, ...start.arguments], start, mark);
  }
}

function spawnOnce(program: string, args: readonly string[], start: PayloadStart, mark: string): Promise<ReturnType<typeof spawn>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: start.directory,
      env: { ...start.environment, [markName]: mark },
      detached: true,
      stdio: ['ignore', start.stdout, start.stderr],
    });
    child.once('error', reject);
    child.once('spawn', () => resolve(child));
  });
}
