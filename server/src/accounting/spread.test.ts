import fc from 'fast-check';
import type { JobRecord } from './job-record-store.ts';
import { hourS, spread } from './spread.ts';

const record = (startMs: number, endMs: number, cpuS: number): JobRecord => ({
  record_id: 1, job_id: 1, pilot_id: 1, vo: 'v', owner_group: 'g', owner: 'o', job_group: 'j', job_type: 'User', site: 's', status: 'Done',
  minor_status: '', start_ms: startMs, end_ms: endMs, cpu_time_s: cpuS, wall_time_s: (endMs - startMs) / 1000,
}); // prettier-ignore

describe('a record spread over the hours in which it was used', () => {
  it('from half past nine to eleven: a third, then two thirds', () => {
    const nine = Date.UTC(2026, 0, 5, 9);
    const rows = spread(record(nine + 1_800_000, nine + 7_200_000 - 1, 90), { input: 10, output: 20 });
    expect(rows.map(({ bucket_ms, jobs, cpu_time_s }) => [(bucket_ms - nine) / 3_600_000, jobs, Math.round(cpu_time_s)])).toEqual([
      [0, 0, 30],
      [1, 1, 60],
    ]);
    expect(rows.map(({ input_sandbox_bytes, output_sandbox_bytes }) => [input_sandbox_bytes, output_sandbox_bytes])).toEqual([
      [0, 0],
      [10, 20],
    ]);
  });

  it('adds up to the record, however long it was and whenever it began; nobody is in an hour longer than an hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 0, max: 1e10 }),
        fc.integer({ min: 0, max: 1e7 }),
        (start, length, cpu) => {
          const rows = spread(record(start, start + length, cpu), { input: 1, output: 2 });
          const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + of(row), 0);
          expect(sum(({ jobs }) => jobs)).toBe(1);
          expect(sum(({ cpu_time_s }) => cpu_time_s)).toBeCloseTo(cpu, 3);
          expect(sum(({ wall_time_s }) => wall_time_s)).toBeCloseTo(length / 1000, 3);
          expect(sum(({ output_sandbox_bytes }) => output_sandbox_bytes)).toBe(2);
          for (const { bucket_ms, bucket_s, wall_time_s } of rows) {
            expect([bucket_s, bucket_ms % (hourS * 1000)]).toEqual([hourS, 0]);
            expect(wall_time_s).toBeLessThanOrEqual(length > 2_799 * hourS * 1000 ? Infinity : hourS + 1e-6);
          }
        },
      ),
    );
  });
});
