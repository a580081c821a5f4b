import { chooseSpan, drawReport } from './report.ts';
import { dayS, hourS, weekS } from './spread.ts';

const now = Date.UTC(2026, 10, 23, 10, 30);
const hour = hourS * 1000;
const row = (bucketMs: number, key: string, jobs: number, cpuTimeS: number, wallTimeS: number) => ({
  bucketMs, key, jobs, pilots: 0, cpuTimeS, wallTimeS, inputSandboxBytes: 0, outputSandboxBytes: 0,
}); // prettier-ignore

describe('the span of a report', () => {
  it('a day is shown by hours, and begins and ends with whole ones', () => {
    expect(chooseSpan(now - dayS * 1000, now, now)).toEqual({ fromMs: now - 24.5 * hour, toMs: now + 0.5 * hour, bucketS: hourS });
  });
  it('what is kept by days is not shown finer, and no plot has more points than pixels', () => {
    expect(chooseSpan(now - 40 * dayS * 1000, now - 39 * dayS * 1000, now).bucketS).toBe(dayS);
    expect(chooseSpan(now - 30 * dayS * 1000, now, now).bucketS).toBe(4 * hourS);
    expect(chooseSpan(now - 3 * 365 * dayS * 1000, now, now).bucketS).toBe(weekS);
    for (const days of [1, 20, 60, 400, 3_000, 8_000]) {
      const { fromMs, toMs, bucketS } = chooseSpan(now - days * dayS * 1000, now, now);
      expect((toMs - fromMs) / 1000 / bucketS).toBeLessThanOrEqual(402);
    }
  });
});

describe('a plot', () => {
  const span = { fromMs: 0, toMs: 3 * hour, bucketS: hourS };
  const rows = [row(0, 'CYFRONET', 2, 30, 60), row(2 * hour, 'CYFRONET', 1, 0, 0), row(hour, 'Others', 5, 3600, 7200)];

  it('has a value for every bucket, sums where it counts, and nothing to say where nothing ran', () => {
    expect(drawReport('executedJobs', rows, ['CYFRONET'], span).series).toEqual([
      { key: 'CYFRONET', values: [2, 0, 1], total: 3 },
      { key: 'Others', values: [0, 5, 0], total: 5 },
    ]);
    expect(drawReport('cumulativeExecutedJobs', rows, ['CYFRONET'], span).series[0]).toMatchObject({ values: [2, 2, 3], total: 3 });
    expect(drawReport('cpuEfficiency', rows, ['CYFRONET'], span).series[0]).toMatchObject({ values: [50, null, null], total: 50 });
  });
  it('jobs that ran at once are seconds run over the bucket, and over the whole span', () => {
    expect(drawReport('runningJobs', rows, ['CYFRONET'], span).series[1]).toEqual({ key: 'Others', values: [0, 2, 0], total: 2 / 3 });
  });
  it('a site called Others is not shown twice', () => {
    expect(drawReport('executedJobs', rows, ['Others'], span).series.map(({ key }) => key)).toEqual(['Others']);
  });
});
