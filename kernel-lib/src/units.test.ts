import { lineReader } from './job-output';
import { splitArguments } from './split-arguments';
import { range, sweep } from './sweep';
import type { Duration, Size } from './types';
import { toMegabytes, toSeconds } from './units';
import { ageOf } from './wait-line';

describe('times and sizes', () => {
  it('are read with their units', () => {
    expect([toSeconds('500s', 'cpu'), toSeconds('10m', 'cpu'), toSeconds('1.5h', 'cpu'), toSeconds('3d', 'cpu')]).toEqual([
      500, 600, 5400, 259_200,
    ]);
    expect([toMegabytes('500MB', 'memory'), toMegabytes('2GiB', 'memory'), toMegabytes('1KB', 'memory')]).toEqual([477, 2048, 1]);
  });
  it('are refused by name and value when they are none', () => {
    for (const wrong of ['2', '2 hours', '-1h', 'h', '1e3s', ''])
      expect(() => toSeconds(wrong as Duration, 'wall')).toThrow(`wall: "${wrong}"`);
    for (const wrong of ['2', '2G', '2gib', '']) expect(() => toMegabytes(wrong as Size, 'memory')).toThrow(`memory: "${wrong}"`);
  });
  it('and waits are said in words', () => {
    expect([ageOf(2000), ageOf(61_000), ageOf(3_660_000)]).toEqual(['2 s', '1 min 1 s', '1 h 1 min']);
  });
});

describe('sweeps', () => {
  it('a range holds both ends, also with fractions and backwards', () => {
    expect(range(1, 4)).toEqual([1, 2, 3, 4]);
    expect(range(0, 1, 0.1)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(range(3, 1, -1)).toEqual([3, 2, 1]);
    expect(range(2, 1)).toEqual([]);
    expect(() => range(1, 2, 0)).toThrow('step');
  });
  it('a sweep is every combination, the last name fastest', () => {
    expect(sweep({ a: [1, 2], b: ['x', 'y'] })).toEqual([{ a: 1, b: 'x' }, { a: 1, b: 'y' }, { a: 2, b: 'x' }, { a: 2, b: 'y' }]); // prettier-ignore
  });
});

describe('the arguments of a step in one string', () => {
  it('are split as a shell splits them', () => {
    expect(splitArguments(`hello  world`)).toEqual(['hello', 'world']);
    expect(splitArguments(`-m "Hello  world" 'a "b" \\' c\\ d "x\\"y\\z" ''`)).toEqual([
      '-m',
      'Hello  world',
      'a "b" \\',
      'c d',
      'x"y\\z',
      '',
    ]);
    expect(splitArguments('$HOME *.txt')).toEqual(['$HOME', '*.txt']);
    expect(splitArguments('')).toEqual([]);
  });
  it('an open quote is refused', () => {
    expect(() => splitArguments(`say "hello`)).toThrow('open "');
  });
});

describe('lines out of pieces of output', () => {
  const read = (...pieces: [from: number, text: string][]) => {
    const lines: string[] = [];
    const reader = lineReader((line) => lines.push(line));
    for (const [from, text] of pieces) reader.take({ stream: 'stdout', from, text, end: from + text.length, complete: false });
    reader.finish();
    return lines;
  };
  it('a line may come in pieces', () => {
    expect(read([0, 'a'], [1, 'b\nc'], [4, 'd'])).toEqual(['ab', 'cd']);
  });
  it('what the server keeps no more is said', () => {
    expect(read([0, 'a\n'], [300, 'late\n'])).toEqual(['a', '[298 bytes of earlier output are not kept while the job runs]', 'late']);
  });
  it('a new attempt that has written less than the first is read on from where it is', () => {
    expect(read([0, 'a long first attempt\n'], [3, ''], [3, 'more\n'])).toEqual(['a long first attempt', 'more']);
  });
  it('a new attempt begins a new line', () => {
    expect(read([0, 'first ha'], [0, 'second\n'])).toEqual(['first ha', 'second']);
  });
});
