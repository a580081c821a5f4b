import type { ChildProcess } from 'node:child_process';
import { messageOf, type Log } from '../log.ts';
import { pause } from '../retry.ts';
import { markName } from './environment.ts';
import type { Payload, PayloadEnd, Usage } from './port.ts';
import type { ProcessRow } from './process-rows.ts';
import { findMarked, readProcessTable } from './process-table.ts';

/** A payload's processes: those of the leader's session. */
export interface Session extends Payload {
  readonly leader: number;
  measured(table: readonly ProcessRow[], rssUnitBytes: number): void;
}

export interface SessionNeeds {
  /** CPU seconds of the payload that just ended; undefined where the system does not say. */
  cpuOfEnded(): number | undefined;
  readonly cores: number;
  readonly log: Log;
}

/** How long killed processes may take to be gone; only one stuck in the kernel takes longer. */
const goneWithinMs = 1000;
const emptyLooks = 5;

export function createSession(child: ChildProcess, mark: string, { cpuOfEnded, cores, log }: SessionNeeds): Session {
  const leader = child.pid ?? 0;
  let usage: Usage = { cpuTimeS: 0, rssMB: 0 };
  let measuredMs = performance.now();
  let deadlineMs: number | undefined;
  let exited = false;

  /** Without the groups that shells with job control make inside the session, a `set -m` would be a way out. */
  function signalAll(signal: NodeJS.Signals): void {
    const groups = new Set(readProcessTable().flatMap((row) => (row.session === leader && !row.isZombie ? [row.group] : [])));
    for (const group of groups.add(leader)) send(-group, signal);
  }

  function send(target: number, signal: NodeJS.Signals): void {
    try {
      process.kill(target, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH'))
        log.warn('signal', { target, signal, detail: messageOf(error) });
    }
  }

  const isEmpty = (): boolean => !readProcessTable().some((row) => row.session === leader && !row.isZombie);

  /** TERM was sent: give the others until the deadline, for the leader is often a shell that dies at once while its child still saves. */
  async function untilDeadline(): Promise<void> {
    while (deadlineMs !== undefined && performance.now() < deadlineMs && !(exited && isEmpty())) await pause(50);
  }

  async function killAll(): Promise<void> {
    for (const endMs = performance.now() + goneWithinMs; !isEmpty() && performance.now() < endMs; await pause(10)) signalAll('SIGKILL');
    if (killMarked() === 0) return;
    // One that left the session may hand on to a child between two looks: only several empty looks in a row mean that nothing is left.
    let empty = 0;
    for (const endMs = performance.now() + goneWithinMs; empty < emptyLooks && performance.now() < endMs; await pause(10))
      empty = killMarked() === 0 ? empty + 1 : 0;
  }

  /** Each at once when it is seen: a moment later it may have handed on to its child. */
  function killMarked(): number {
    let found = 0;
    for (const pid of findMarked(markName, mark)) {
      send(pid, 'SIGKILL');
      found += 1;
    }
    return found;
  }

  const ended = new Promise<PayloadEnd>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      exited = true;
      // Two payloads reaped in one go are told as one: the sum is believed only as far as the time since the last look allows.
      const sinceS = (performance.now() - measuredMs) / 1000;
      const most = usage.cpuTimeS + sinceS * cores + 0.02;
      usage = { ...usage, cpuTimeS: Math.max(usage.cpuTimeS, Math.min(cpuOfEnded() ?? 0, most)) };
      void untilDeadline()
        .then(killAll)
        .then(() => resolve({ exitCode, signal }));
    });
  });

  return {
    leader,
    ended,
    get usage() {
      return usage;
    },
    measured(table, rssUnitBytes) {
      const rows = table.filter((row) => row.session === leader);
      const sum = (pick: (row: ProcessRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
      // A process that nobody waits for takes its time along; what was seen is never taken back.
      const cpuTimeS = Math.max(
        usage.cpuTimeS,
        sum((row) => row.cpuTimeS),
      );
      usage = { cpuTimeS, rssMB: (sum((row) => row.rss) * rssUnitBytes) / 2 ** 20 };
      measuredMs = performance.now();
    },
    terminate(graceMs) {
      const untilMs = performance.now() + graceMs;
      deadlineMs = Math.min(deadlineMs ?? Infinity, untilMs);
      if (graceMs === 0) return signalAll('SIGKILL');
      signalAll('SIGTERM');
      // A stopped process takes note of TERM only when it goes on.
      signalAll('SIGCONT');
      setTimeout(() => {
        if (!exited) signalAll('SIGKILL');
      }, graceMs).unref();
    },
  };
}
