/**
 * One press of Ctrl-C may arrive several times: the terminal signals every process of the group, npm hands its own copy on, and so does an
 * outer Node. Copies come within milliseconds; a second press that shall force the end comes later than this.
 */
export const samePressMs = 1000;

/** What a signal means: `stop`, `force`, or nothing because it is a copy. */
export function meaningOf(nowMs, firstMs) {
  if (firstMs === undefined) return 'stop';
  return nowMs - firstMs < samePressMs ? 'copy' : 'force';
}

/** Calls `onStop` at the first signal to end and `onForce` at a later one. */
export function listen({ onStop, onForce }) {
  let firstMs;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const meaning = meaningOf(Date.now(), firstMs);
      firstMs ??= Date.now();
      if (meaning === 'stop') onStop();
      if (meaning === 'force') onForce();
    });
  }
}
