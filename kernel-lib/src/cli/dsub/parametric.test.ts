import { readJdl } from '../jdl/read';
import { mergeAttributes } from './attributes';
import { expandItem, parameterRows, translate } from './parametric';

const rows = (jdl: string) => parameterRows(mergeAttributes(readJdl(jdl, { name: 'jdl' })));

describe('--Parametric', () => {
  it('takes lists and loops start:stop[:step[:factor]] whose stop is not reached', () => {
    expect(rows('Parametric = "a,b,1:10:2:1";')?.map(({ s }) => s)).toEqual(['a', 'b', 1, 3, 5, 7, 9]);
    expect(expandItem('1:4', 'x')).toEqual([1, 2, 3]);
    expect(expandItem('5:2:-1', 'x')).toEqual([5, 4, 3]);
    expect(expandItem('1:100:0:10', 'x')).toEqual([1, 10]);
    expect(expandItem('0:1:0.1', 'x')).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(expandItem('run:7', 'x')).toEqual(['run:7']);
    expect(expandItem('10:02:15:00:9', 'x')).toEqual(['10:02:15:00:9']);
  });

  it('refuses loops that never end, are endless, or are none', () => {
    expect(() => expandItem('1:10:-1', '--Parametric')).toThrow('--Parametric: 1:10:-1 never reaches 10: after 1 comes 0.');
    expect(() => expandItem('1:10:0', '--Parametric')).toThrow('never reaches');
    expect(() => expandItem('0:2000000', '--Parametric')).toThrow('gives more than 1000000 values');
    expect(() => rows('Parametric = "5:5";')).toThrow('no values');
  });
});

describe('parameters of a JDL', () => {
  it('follow DIRAC: each next is the last times Factor plus Step; %n is padded', () => {
    expect(rows('Parameters = 3; ParameterStart = 10; ParameterStep = 5;')).toEqual([
      { s: 10, n: '0' },
      { s: 15, n: '1' },
      { s: 20, n: '2' },
    ]);
    expect(rows('Parameters = 4; ParameterFactor = 2;')?.map(({ s }) => s)).toEqual([1, 2, 4, 8]);
    expect(rows('Parameters = 101;')?.[7]).toEqual({ s: 1, n: '007' });
    expect(rows('Parameters = {"x", 7};')).toEqual([{ s: 'x', n: '0' }, { s: 7, n: '1' }]); // prettier-ignore
  });

  it('have named sequences of one length, and none without a name that nobody wrote', () => {
    expect(rows('Parameters.A = {"p","q"}; Parameters.B = 2; ParameterStart.B = 3; ParameterStep.B = 1;')).toEqual([
      { A: 'p', B: 3, n: '0' },
      { A: 'q', B: 4, n: '1' },
    ]);
    expect(() => rows('Parameters.A = {"p","q"}; Parameters.B = 3;')).toThrow('%(A)s have 2 values and %(B)s 3');
    expect(() => rows('ParameterStart = 3;')).toThrow('there is no Parameters');
    expect(() => rows('Parameters = many;')).toThrow('takes a list or a number of values, but is "many"');
  });

  it('are no parameters when there are none', () => {
    expect(rows('Executable = "x";')).toBeUndefined();
  });

  it('stand where %s, %n and %(B)s stood; what is no parameter stays and is told', () => {
    const told: string[] = [];
    expect(translate('run_%s_%n %(B)s %(C)s 100% %d {s}', new Set(['s', 'n', 'B']), (name) => told.push(name))).toBe(
      'run_{s}_{n} {B} %(C)s 100% %d {s}',
    );
    expect(told).toEqual(['%(C)s']);
  });
});
