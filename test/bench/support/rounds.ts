import type { Probe } from './probe.ts';
import { probeMachine } from './probe.ts';

/** One way of doing the work; `measure` does one window of it and gives its figure. */
export interface Side {
  name: string;
  measure: () => Promise<number>;
}

export interface Contest {
  what: string;
  unit: string;
  /** Which way a figure is good; a ratio above 1 always means that we are better. */
  better: 'more' | 'less';
  ours: Side;
  raws: readonly Side[];
}

export interface Result {
  what: string;
  unit: string;
  ours: number[];
  /** Empty where nothing raw is like it. */
  raw: number[];
  /** One for each round, of windows that lay side by side. */
  ratios: number[];
}

/** A neighbour woke up between two windows of a round: what they say about each other is worth nothing. */
const spinMayDiffer = 2;

/**
 * Interleaves the sides, round by round and each second round backwards, so that a machine that grows slower favours nobody. A round whose
 * windows had different machines is done again, at most as often as there are rounds.
 */
export async function runRounds(contest: Contest, rounds: number, probe: () => Probe = probeMachine, say = console.log): Promise<Result[]> {
  const sides = [contest.ours, ...contest.raws];
  const figures = new Map<Side, number[]>(sides.map((side) => [side, []]));
  let repeats = 0;
  for (let round = 0; round < rounds;) {
    const windows: { side: Side; figure: number; seen: Probe }[] = [];
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) windows.push({ seen: probe(), side, figure: await side.measure() });
    const spins = windows.map(({ seen }) => seen.spin);
    const uneven = Math.max(...spins) > spinMayDiffer * Math.min(...spins);
    const shown = windows.map(
      ({ side, figure, seen }) => `${side.name} ${figure.toFixed(1)} (spin ${seen.spin}k, fdatasync ${seen.fdatasyncMs.toFixed(2)} ms)`,
    );
    say(`  ${contest.what} ${round + 1}/${rounds}: ${shown.join(' | ')}${uneven ? ' uneven' : ''}`);
    if (uneven && repeats < rounds) {
      repeats += 1;
      continue;
    }
    for (const { side, figure } of windows) figures.get(side)?.push(figure);
    round += 1;
  }
  const ours = figures.get(contest.ours) ?? [];
  return contest.raws.map((side) => {
    const raw = figures.get(side) ?? [];
    const ratios = ours.map((figure, i) => (contest.better === 'more' ? figure / (raw[i] ?? Number.NaN) : (raw[i] ?? Number.NaN) / figure));
    return { what: contest.raws.length === 1 ? contest.what : `${contest.what}, ${side.name}`, unit: contest.unit, ours, raw, ratios };
  });
}
