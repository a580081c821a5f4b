/** Whether a process with this id exists, ours or another's. An id may have been given again: ask this only where a wrong yes does no harm. */
export function isRunning(pid: number): boolean {
  // 0 and negative ids name groups; NaN is what an unreadable pid file gives.
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
