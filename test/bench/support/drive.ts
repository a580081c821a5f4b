/** `concurrency` workers do `act` one after the other until the time is over; acts a second. */
export async function actsPerSecond(concurrency: number, windowMs: number, act: (worker: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      while (performance.now() - start < windowMs) {
        await act(worker);
        done += 1;
      }
    }),
  );
  return (done / (performance.now() - start)) * 1000;
}

/** The same until `n` are done. */
export async function perSecondOf(n: number, concurrency: number, act: (worker: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let begun = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      while (begun++ < n) await act(worker);
    }),
  );
  return (n / (performance.now() - start)) * 1000;
}

export async function elapsedMs(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}
