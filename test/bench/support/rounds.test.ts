import { report } from './report.ts';
import { runRounds } from './rounds.ts';
import { spreadOf } from './statistics.ts';

const quiet = { spin: 300, fdatasyncMs: 0.2 };
const silent = (): void => undefined;

function sideOf(name: string, figures: number[], asked: string[] = []) {
  return {
    name,
    measure: () => {
      asked.push(name);
      return Promise.resolve(figures.shift() ?? Number.NaN);
    },
  };
}

describe('rounds of a benchmark', () => {
  it('pairs windows of one round, every second round backwards, and a ratio above 1 is always good', async () => {
    const asked: string[] = [];
    const sides = () => ({ ours: sideOf('ours', [10, 30], asked), raws: [sideOf('raw', [20, 20], asked)] });
    const [more] = await runRounds({ what: 'x', unit: 'jobs/s', better: 'more', ...sides() }, 2, () => quiet, silent);
    expect(asked).toEqual(['ours', 'raw', 'raw', 'ours']);
    expect(more?.ratios).toEqual([0.5, 1.5]);
    const [less] = await runRounds({ what: 'x', unit: 'ms', better: 'less', ...sides() }, 2, () => quiet, silent);
    expect(less?.ratios).toEqual([2, 20 / 30]);
  });

  it('a round on two different machines is done again, and its figures are forgotten', async () => {
    const spins = [300, 100, 300, 290];
    const [result] = await runRounds(
      { what: 'x', unit: 'jobs/s', better: 'more', ours: sideOf('ours', [1, 10]), raws: [sideOf('raw', [100, 20])] },
      1,
      () => ({ ...quiet, spin: spins.shift() ?? 0 }),
      silent,
    );
    expect(result).toMatchObject({ ours: [10], raw: [20], ratios: [0.5] });
  });

  it('ends with one line for programs: medians, and null where nothing raw is like it', () => {
    const lines: string[] = [];
    const rows = [
      { what: 'a', unit: 'ms', ours: [3, 1, 2], raw: [4, 4, 4], ratios: [1, 4, 2] },
      { what: 'b', unit: 'ms', ours: [1, 2], raw: [], ratios: [] },
    ];
    report('trial', rows, (line) => lines.push(line));
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      bench: 'trial',
      rows: [
        { what: 'a', ours: 2, raw: 4, ratio: 2, unit: 'ms' },
        { what: 'b', ours: 1.5, raw: null, ratio: null, unit: 'ms' },
      ],
    });
    expect(() => spreadOf([])).toThrow('median of nothing');
  });
});
