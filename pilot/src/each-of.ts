/** Does something for every item, some at a time; the first failure ends it, after those under way have ended. */
export async function eachOf<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  let failure: { error: unknown } | undefined;
  async function worker(): Promise<void> {
    for (const item of left) {
      if (failure !== undefined) return;
      try {
        await act(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}
