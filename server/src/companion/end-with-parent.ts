/**
 * Lab starts the companion as its child. When Lab dies, by kill -9 too, the system gives the child another parent: looked at each second. Lab's
 * proxy starts a companion that died once more; one that begins as Lab dies sees only the other parent, so it must be told who Lab was.
 */
export function endWithParent(end: () => void, labPid: number | undefined): void {
  const parent = labPid ?? process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1_000).unref();
}
