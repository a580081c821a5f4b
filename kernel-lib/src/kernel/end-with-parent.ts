import { Worker } from 'node:worker_threads';
import type { JupyterModule } from './tslab';

/** How long the last messages may take to leave after the sockets were closed. */
const lingerMs = 300;

/**
 * In a thread of its own, because a cell may loop for ever: an orphan would keep a core busy until somebody finds it. When the parent is
 * gone nobody can receive what this kernel has to say, so it is ended hard.
 */
const watcher = `
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);
`;

export function endWithParent(): void {
  new Worker(watcher, { eval: true }).unref();
}

/** A cell may leave timers and connections open; they must not outlive the kernel's shutdown. */
export function endAtShutdown({ ZmqServer }: JupyterModule): void {
  const { close } = ZmqServer.prototype;
  ZmqServer.prototype.close = function () {
    setTimeout(() => process.exit(0), lingerMs);
    close.call(this);
  };
}
