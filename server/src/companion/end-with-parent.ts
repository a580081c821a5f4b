/** Lab starts the companion as its child. When Lab dies, by kill -9 too, the system gives the child another parent: looked at each second. */
export function endWithParent(end: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1_000).unref();
}
