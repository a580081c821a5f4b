/** One at a time, in the order of asking. */
export function createFairQueue(): { turn(): Promise<() => void> } {
  let last: Promise<void> = Promise.resolve();
  return {
    async turn() {
      const before = last;
      let pass = (): void => undefined;
      last = new Promise<void>((resolve) => (pass = resolve));
      await before;
      return pass;
    },
  };
}
