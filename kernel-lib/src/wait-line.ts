import type { Screen } from './notebook';

/** An await shorter than this says nothing; a longer one says what it waits for. */
export const quietMs = 2000;
/** How often the line is looked at again; it is written only when its text has changed. */
const refreshMs = 1000;

export interface Waiting {
  /** `job 12`, `1000 jobs of fit-scan`. */
  readonly what: string;
  /** How things stand, from what is known already: `Waiting`, `993 Done, 7 Running`. Asked each second, so it must be cheap. */
  state(): string;
}

interface Entry {
  waiting: Waiting;
  startMs: number;
  quietSinceMs: number;
}

export interface WaitLine {
  add(waiting: Waiting): { touch(): void; remove(): void };
}

/** One line for all waits of a screen, however many there are: the oldest is named, the others are counted. */
export function createWaitLine(screen: Screen): WaitLine {
  const entries = new Set<Entry>();
  let line: ReturnType<Screen['line']>;
  let timer: NodeJS.Timeout | undefined;
  let shown = '';

  function refresh(): void {
    const nowMs = Date.now();
    const quiet = [...entries].filter((entry) => nowMs - entry.quietSinceMs >= quietMs);
    const [oldest] = quiet;
    if (oldest === undefined) return;
    const text = `Waiting for ${named(oldest, quiet.length)} (${ageOf(shownAge(nowMs - oldest.startMs, screen.isNotebook))}): ${oldest.waiting.state()}`;
    if (text === shown) return;
    shown = text;
    line?.write(text);
  }

  return {
    add(waiting) {
      const nowMs = Date.now();
      const entry = { waiting, startMs: nowMs, quietSinceMs: nowMs };
      entries.add(entry);
      line ??= screen.line();
      if (line !== undefined) timer ??= setInterval(refresh, refreshMs);
      return {
        touch: () => void (entry.quietSinceMs = Date.now()),
        remove() {
          if (!entries.delete(entry) || entries.size > 0) return;
          clearInterval(timer);
          if (shown !== '') line?.end(`Waited ${ageOf(Date.now() - entry.startMs)} for ${waiting.what}: ${waiting.state()}`);
          line = timer = undefined;
          shown = '';
        },
      };
    },
  };
}

const named = ({ waiting }: Entry, count: number) => (count === 1 ? waiting.what : `${waiting.what} and ${count - 1} more`);

/** In a notebook every text is saved and sent to the browser: there the age changes each 5 s, on a terminal each second. */
function shownAge(waitedMs: number, coarse: boolean): number {
  const step = coarse ? 5000 : 1000;
  return waitedMs < step ? quietMs : Math.floor(waitedMs / step) * step;
}

export function ageOf(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
