import { CliError } from '../exit-codes';
import { didYouMean } from './did-you-mean';
import { fullHelp, shortHelp } from './help';
import { parseOptions } from './parse';
import { defineCommand } from './spec';

const spec = defineCommand({
  name: 'dtest',
  summary: 'test',
  usage: '[options]',
  details: ['Some words.'],
  examples: [['dtest 1', 'one'], ['dtest 2', 'two'], ['dtest 3', 'three'], ['dtest 4', 'four']], // prettier-ignore
  options: [
    { long: 'Status', short: 'S', value: 'STATES', help: 'states' },
    { long: 'StatusAll', short: 'a', help: 'all' },
    { long: 'input-file', short: 'i', value: 'FILE', many: true, help: 'files' },
    { long: 'verbose', short: 'v', help: 'more' },
  ],
  exitCodes: [0, 2],
});

const usage = (argv: string[]): string => {
  try {
    parseOptions(spec, argv);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === 2) return `${error.message} ${error.next ?? ''}`;
    throw error;
  }
  throw new Error('was accepted');
};

describe('options', () => {
  it('are read in all the ways getopt knows, long names in any case', () => {
    const all = { options: { Status: 'Done,Failed' }, args: ['7'] };
    for (const argv of [
      ['-S', 'Done,Failed', '7'],
      ['-SDone,Failed', '7'],
      ['7', '--Status', 'Done,Failed'],
      ['--status=Done,Failed', '7'],
    ]) {
      expect(parseOptions(spec, argv)).toEqual(all);
    }
    expect(parseOptions(spec, ['-avSDone'])).toEqual({ options: { StatusAll: true, verbose: true, Status: 'Done' }, args: [] });
    expect(parseOptions(spec, ['-i', 'a', '--input-file=b', '-', '--', '-S'])).toEqual({
      options: { 'input-file': ['a', 'b'] },
      args: ['-', '-S'],
    });
    expect(parseOptions(spec, ['--Status=', '--status=x=y'])).toEqual({ options: { Status: 'x=y' }, args: [] });
  });

  it('stop at the first argument where that is the way', () => {
    const stops = { ...spec, stopsAtFirstArgument: true as const };
    expect(parseOptions(stops, ['-v', '/bin/sh', '-c', 'exit', '--help'])).toEqual({
      options: { verbose: true },
      args: ['/bin/sh', '-c', 'exit', '--help'],
    });
  });

  it('say what is wrong and what was meant', () => {
    expect(usage(['--Stauts', 'x'])).toBe('dtest has no option --Stauts. Did you mean --Status? dtest --help lists them all.');
    expect(usage(['-x'])).toBe('dtest has no option -x. dtest --help lists them all.');
    expect(usage(['-avx'])).toContain('no option -x (in -avx)');
    expect(usage(['-S'])).toBe('-S needs a value: -S STATES. dtest --help lists them all.');
    expect(usage(['--verbose=yes'])).toContain('--verbose takes no value');
  });

  it('suggest nothing for what is like nothing', () => {
    expect(didYouMean('xyzzy', ['Status', 'verbose'])).toBeUndefined();
    expect(didYouMean('verbsoe', ['Status', 'verbose'])).toBe('verbose');
  });
});

describe('help', () => {
  it('is short with three examples first, or full with everything', () => {
    expect(parseOptions(spec, ['-h'])).toEqual({ help: 'short' });
    expect(parseOptions(spec, ['-v', '--help'])).toEqual({ help: 'full' });
    expect(shortHelp(spec).split('\n').slice(0, 5)).toEqual(['dtest: test', '', '  dtest 1  one', '  dtest 2  two', '  dtest 3  three']);
    expect(shortHelp(spec)).not.toContain('four');
    for (const words of ['Usage: dtest [options]', 'four', '-S, --Status STATES', 'Exit codes:', 'DIRACLAB_URL'])
      expect(fullHelp(spec)).toContain(words);
  });
});
