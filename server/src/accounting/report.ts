import type { JobPlot, PilotPlot, UsageReport } from '@diraclab/contract';
import { bucketOf, dayS, hourS, weekS } from './spread.ts';
import type { UsageRow } from './read-usage.ts';

export interface Span {
  fromMs: number;
  toMs: number;
  bucketS: number;
}

/** Points a series has at most: as many as a plot has pixels for. */
const mostPoints = 400;
/** As the agent keeps them (accounting-agent.ts): older than this there is nothing finer. */
const hoursKeptMs = 35 * dayS * 1000;
const daysKeptMs = 550 * dayS * 1000;
const bucketSizes = [hourS, 4 * hourS, dayS, weekS, 4 * weekS];

/** The finest buckets that both the record and a plot have room for, with the span moved out to their edges. */
export function chooseSpan(fromMs: number, toMs: number, nowMs: number): Span {
  const finest = nowMs - fromMs > daysKeptMs ? weekS : nowMs - fromMs > hoursKeptMs ? dayS : hourS;
  const lengthS = (toMs - fromMs) / 1000;
  const bucketS = bucketSizes.find((size) => size >= finest && lengthS / size <= mostPoints) ?? 52 * weekS;
  return { fromMs: bucketOf(fromMs, bucketS), toMs: bucketOf(toMs - 1, bucketS) + bucketS * 1000, bucketS };
}

type Sums = Omit<UsageRow, 'bucketMs' | 'key'>;
type Plot = JobPlot | `pilot:${PilotPlot}`;

interface Drawing {
  unit: UsageReport['unit'];
  /** What a bucket shows; also what a whole span shows, given its length. */
  value: (sums: Sums, lengthS: number) => number | null;
  cumulative?: true;
}

const ratio = (part: number, whole: number, factor = 1): number | null => (whole === 0 ? null : (factor * part) / whole);
const executed: Drawing = { unit: 'jobs', value: ({ jobs }) => jobs };
const cpu: Drawing = { unit: 's', value: ({ cpuTimeS }) => cpuTimeS };
const wall: Drawing = { unit: 's', value: ({ wallTimeS }) => wallTimeS };
const pilots: Drawing = { unit: 'pilots', value: (sums) => sums.pilots };

/** DIRAC's plots, each a function of a bucket's sums. */
const drawings: Record<Plot, Drawing> = {
  executedJobs: executed,
  cumulativeExecutedJobs: { ...executed, cumulative: true },
  // As many as ran at once on average: seconds run in the bucket, over its length.
  runningJobs: { unit: 'jobs', value: ({ wallTimeS }, lengthS) => wallTimeS / lengthS },
  cpuTime: cpu,
  cumulativeCpuTime: { ...cpu, cumulative: true },
  wallTime: wall,
  cumulativeWallTime: { ...wall, cumulative: true },
  cpuEfficiency: { unit: '%', value: ({ cpuTimeS, wallTimeS }) => ratio(cpuTimeS, wallTimeS, 100) },
  inputSandbox: { unit: 'bytes', value: ({ inputSandboxBytes }) => inputSandboxBytes },
  outputSandbox: { unit: 'bytes', value: ({ outputSandboxBytes }) => outputSandboxBytes },
  'pilot:pilots': pilots,
  'pilot:cumulativePilots': { ...pilots, cumulative: true },
  'pilot:jobs': executed,
  'pilot:cumulativeJobs': { ...executed, cumulative: true },
  'pilot:jobsPerPilot': { unit: 'jobs per pilot', value: (sums) => ratio(sums.jobs, sums.pilots) },
};

export const othersKey = 'Others';

/** Series in the order of `keys`, `Others` last; every series has a value for every bucket. */
export function drawReport(
  plot: Plot,
  rows: readonly UsageRow[],
  keys: readonly string[],
  span: Span,
): Pick<UsageReport, 'unit' | 'series'> {
  const { unit, value, cumulative } = drawings[plot];
  const { fromMs, toMs, bucketS } = span;
  const buckets = (toMs - fromMs) / (bucketS * 1000);
  const present = [...keys, othersKey].filter((key, i, all) => all.indexOf(key) === i && rows.some((row) => row.key === key));
  const series = present.map((key) => {
    const sums = Array.from({ length: buckets }, () => nothing());
    for (const row of rows) if (row.key === key) add(sums[(row.bucketMs - fromMs) / (bucketS * 1000)] ?? nothing(), row);
    const whole = nothing();
    for (const bucket of sums) add(whole, bucket);
    const values = sums.map((bucket) => value(bucket, bucketS));
    return { key, values: cumulative === true ? runningSum(values) : values, total: value(whole, buckets * bucketS) };
  });
  return { unit, series };
}

const nothing = (): Sums => ({ jobs: 0, pilots: 0, cpuTimeS: 0, wallTimeS: 0, inputSandboxBytes: 0, outputSandboxBytes: 0 });

function add(sums: Sums, row: Sums): void {
  for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += row[name];
}

function runningSum(values: readonly (number | null)[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value ?? 0));
}
