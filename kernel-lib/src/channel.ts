import type { Wait } from './wait';

/** What a watch pushes and a `for await` pulls. Ends itself (and calls `onEnd`) when it is done, when the loop is left, and when the wait is over. */
export interface Channel<T> {
  push(item: T): void;
  finish(): void;
  fail(error: Error): void;
}

/**
 * An iterable over what `start` pushes. Nothing starts before the first `next()`, so that an iterable nobody reads costs nothing; items
 * that come while the loop's body works are kept in order.
 */
export function iterate<T>(begin: () => Wait, start: (channel: Channel<T>) => () => void): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      const items: T[] = [];
      let ended = false;
      let failure: unknown;
      let wake = () => {};
      const wait = begin();
      const finish = (error?: unknown) => {
        ended = true;
        failure ??= error;
        wake();
      };
      wait.signal.addEventListener('abort', () => finish(wait.signal.reason), { once: true });
      const stop = start({
        push(item) {
          items.push(item);
          wait.touch();
          wake();
        },
        finish: () => finish(),
        fail: finish,
      });
      try {
        for (;;) {
          while (items.length > 0) yield items.shift() as T;
          if (failure !== undefined) throw failure;
          if (ended) return;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        stop();
        wait.end();
      }
    },
  };
}
