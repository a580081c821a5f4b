import { parseArgs } from 'node:util';

export interface BenchOptions {
  rounds: number;
  /** Jobs of a bulk. */
  jobs: number;
  /** Length of a window that is bounded by time. */
  windowMs: number;
}

/** Five rounds are the fewest whose median of ratios is worth writing down. */
export function readBenchOptions(
  argv: readonly string[] = process.argv.slice(2),
  usual: { jobs: number } = { jobs: 10_000 },
): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '5' },
      jobs: { type: 'string', default: String(usual.jobs) },
      seconds: { type: 'string', default: '3' },
    },
  });
  return { rounds: whole('rounds', values.rounds), jobs: whole('jobs', values.jobs), windowMs: whole('seconds', values.seconds) * 1000 };
}

function whole(name: string, text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new Error(`--${name} is "${text}"; it must be a whole number from 1.`);
  return n;
}
