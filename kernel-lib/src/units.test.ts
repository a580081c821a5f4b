import { lineReader } from './job-output';
import { newPart } from './output-watch';
import { splitArguments } from '@diraclab/contract';
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
  const read = (...pieces: string[]) => {
    const lines: string[] = [];
    const reader = lineReader((line) => lines.push(line));
    for (const piece of pieces) reader.add(piece);
    reader.flush();
    return lines;
  };
  it('a line may come in pieces', () => {
    expect(read('a', 'b\nc', 'd')).toEqual(['ab', 'cd']);
  });
  it('windows ends lines otherwise', () => {
    expect(read('a\r', '\nb\r\n')).toEqual(['a', 'b']);
  });
});

describe('of a piece of output', () => {
  const piece = (from: number, text: string) => ({ from, text, end: from + Buffer.byteLength(text) });
  it('is new what lies behind what was read, to the byte', () => {
    expect(newPart(3, piece(3, 'abc'))).toEqual({ missingBytes: 0, text: 'abc', end: 6 });
    // x and é are the bytes 1 to 3.
    expect(newPart(4, piece(1, 'xéabc'))).toEqual({ missingBytes: 0, text: 'abc', end: 7 });
    expect(newPart(9, piece(3, 'abc'))).toEqual({ missingBytes: 0, text: '', end: 9 });
  });
  it('a gap before it is counted', () => {
    expect(newPart(3, piece(300, 'late'))).toEqual({ missingBytes: 297, text: 'late', end: 304 });
  });
  it('nothing is nothing, wherever a server that was restarted says it stands', () => {
    expect(newPart(300, piece(0, ''))).toEqual({ missingBytes: 0, text: '', end: 300 });
  });
});
