import { parseSweep, toTable, type Sweep } from './sweep';

const read = (text: string): Sweep => {
  const sweep = parseSweep(text);
  if ('problem' in sweep) throw new Error(sweep.problem);
  return sweep;
};
const problem = (text: string) => {
  const sweep = parseSweep(text);
  return 'problem' in sweep ? sweep.problem : undefined;
};

describe('a sweep', () => {
  it('without parameters is one plain job', () => {
    expect(read(' \n').count).toBe(1);
    expect(read('').rows()).toBeUndefined();
  });

  it('gives every combination, the last name changing fastest', () => {
    const sweep = read('seed = 1..2\nbeta = 0.1, 0.2\n');
    expect(sweep.count).toBe(4);
    expect(sweep.rows()).toEqual([
      { seed: 1, beta: 0.1 },
      { seed: 1, beta: 0.2 },
      { seed: 2, beta: 0.1 },
      { seed: 2, beta: 0.2 },
    ]);
  });

  it('counts steps without rounding errors, up and down', () => {
    expect(
      read('x = 0..1 step 0.1')
        .rows()
        ?.map(({ x }) => x),
    ).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(
      read('x = 3..1')
        .rows()
        ?.map(({ x }) => x),
    ).toEqual([3, 2, 1]);
  });

  it('is counted without being made: a billion jobs are a number, not a frozen page', () => {
    const sweep = read('a = 1..100000\nb = 1..10000');
    expect(sweep.count).toBe(1_000_000_000);
    expect(sweep.rows(1)).toEqual([{ a: 1, b: 1 }]);
  });

  it('is a table when its first line names columns; what is quoted is text', () => {
    expect(read('run,site\n7,"A, or B"\n"007",x').rows()).toEqual([
      { run: 7, site: 'A, or B' },
      { run: '007', site: 'x' },
    ]);
    expect(read('run\ton\n1\ttrue').rows()).toEqual([{ run: 1, on: true }]);
    expect(read('name = "a,b", c').rows()).toEqual([{ name: 'a,b' }, { name: 'c' }]);
    expect(read('a,b\n1,').rows()).toEqual([{ a: 1, b: '' }]);
  });

  it('comes back as it was written', () => {
    const rows = [
      { seed: 1, name: 'a "quoted", one', on: true },
      { seed: -0.5, name: '007', on: false },
    ];
    expect(read(toTable(rows)).rows()).toEqual(rows);
  });

  it('says which line is wrong', () => {
    expect(problem('1x = 3')).toMatch(/1x = 3/);
    expect(problem('x = 1\nx = 2')).toBe('x is there twice.');
    expect(problem('x = ')).toBe('x: it has no values.');
    expect(problem('x = 1..5 step -1')).toMatch(/no range/);
    expect(problem('a,b\n1')).toBe('Row 1 of the table has 1 values; there are 2 names.');
    expect(problem('a,b')).toBe('The table has no row below its names.');
    expect(problem('a b,c\n1,2')).toMatch(/cannot name a parameter/);
  });
});
