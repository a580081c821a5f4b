import { spawn, type ChildProcess } from 'node:child_process';
import type { Log } from '../log.ts';
import { markName } from './environment.ts';

/**
 * Reads `+ GROUP` and `- GROUP`; at the end of its input, which comes only with the end of the pilot, kills what is still listed, then
 * what carries the pilot's mark in its environment (a process that made a session of its own, or one started in the very last moment).
 */
const script = `
trap '' INT TERM HUP QUIT
groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -) kept=; for known in $groups; do [ "$known" = "$group" ] || kept="$kept $known"; done; groups=$kept ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
for round in 1 2; do
  for file in $(grep -l -a -F "${markName}=$1:" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}"
  done
done
`;

export interface Guard {
  add(group: number): void;
  remove(group: number): void;
  close(): void;
}

/**
 * A shell in a session of its own that outlives even a pilot killed with -9, for long enough to take its payloads along. A pipe tells it:
 * the pilot alone holds the writing end (Node opens it close-on-exec), and the kernel closes it however the pilot ends.
 */
export function startGuard(stamp: string, log: Log): Guard {
  const groups = new Set<number>();
  let closed = false;
  let shell = begin();

  function begin(): ChildProcess {
    const child = spawn('/bin/sh', ['-c', script, 'diraclab-guard', stamp], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
    });
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => log.error('guard', { detail: `payloads would survive a killed pilot: ${error.message}` }));
    child.on('exit', () => {
      if (closed) return;
      log.warn('guard', { detail: 'the guard of the payloads ended and is started again' });
      shell = begin();
    });
    for (const group of groups) child.stdin?.write(`+ ${group}\n`);
    return child;
  }

  return {
    add(group) {
      groups.add(group);
      shell.stdin?.write(`+ ${group}\n`);
    },
    remove(group) {
      groups.delete(group);
      shell.stdin?.write(`- ${group}\n`);
    },
    close() {
      closed = true;
      shell.stdin?.end();
    },
  };
}
