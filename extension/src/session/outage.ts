/** Tells a glitch from an outage: after `graceMs` without a connection it asks once why, and says since when. */
export class Outage {
  readonly #graceMs: number;
  readonly #explain: (error: Error) => Promise<string>;
  readonly #onOffline: (since: Date, reason: string) => void;
  #since: Date | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(graceMs: number, explain: (error: Error) => Promise<string>, onOffline: (since: Date, reason: string) => void) {
    this.#graceMs = graceMs;
    this.#explain = explain;
    this.#onOffline = onOffline;
  }

  /** There is no connection from now on, or from earlier on. */
  begin(from: Date = new Date()): Date {
    return (this.#since ??= from);
  }

  /** An attempt failed. A slow first start without a failure is no outage. */
  failed(error: Error): void {
    const since = this.begin();
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        void this.#explain(error)
          .catch(() => error.message)
          .then((reason) => {
            if (this.#since === since) this.#onOffline(since, reason);
          });
      },
      Math.max(0, since.getTime() + this.#graceMs - Date.now()),
    );
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#since = undefined;
  }
}
