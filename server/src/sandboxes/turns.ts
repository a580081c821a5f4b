/** One at a time for each name, in the order of asking; different names do not wait for each other. */
export interface Turns {
  take<T>(name: string, act: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(name, act) {
      const before = last.get(name) ?? Promise.resolve();
      const mine = before.then(act, act);
      last.set(name, mine);
      try {
        return await mine;
      } finally {
        if (last.get(name) === mine) last.delete(name);
      }
    },
  };
}
