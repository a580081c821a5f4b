import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Starts a command and waits until it has ended well. */
export async function runToEnd(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const code = await ended(child);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${words.slice(-2000)}`);
}

/**
 * Starts a command that goes on, and gives the milliseconds until a line of its output or its complaints is `ready`; then ends it. A group of
 * its own, because npm does not hand a signal on to all that it has started.
 */
export async function msUntilLine(
  command: string,
  args: readonly string[],
  ready: RegExp,
  more: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<number> {
  const start = performance.now();
  const child = spawn(command, args, { ...more, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const gone = ended(child);
  try {
    return await new Promise<number>((resolve, reject) => {
      let words = '';
      const look = (chunk: Buffer): void => {
        words += chunk.toString();
        if (ready.test(words)) resolve(performance.now() - start);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      gone.then(
        (code) => reject(new Error(`${command} ${args.join(' ')} ended with ${code} before it was ready: ${words.slice(-2000)}`)),
        reject,
      );
    });
  } finally {
    endGroup(child);
    await gone.catch(() => undefined);
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}
