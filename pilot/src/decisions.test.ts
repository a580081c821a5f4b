import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readArguments, UsageError } from './arguments.ts';
import { backoffMs } from './backoff.ts';
import { JobFailure } from './job-failure.ts';
import { overLimit } from './limits.ts';
import { nodeFacts, offerOf } from './offer.ts';
import { createOrders, killGraceMs } from './orders.ts';
import { done, outcomeOfEnd, withOutputs } from './outcome.ts';
import { plainText } from './text.ts';
import { timeLeftS } from './time-left.ts';
import { readToken } from './token.ts';
import { pilotVersion } from './version.ts';

describe('arguments', () => {
  const given = ['--work-dir', '/w', '--slots', '2', '--server', 'unix:/s'];

  it('are taken with their defaults', () => {
    expect(readArguments(given)).toEqual({
      workDirectory: '/w',
      slots: 2,
      graceMs: 60_000,
      lifetimeS: 604_800,
      where: { address: 'unix:/s' },
    });
    expect(readArguments(['--help'])).toBeUndefined();
  });

  it.each([
    [['--slots', '2', '--data', '/d'], '--work-dir is missing'],
    [['--work-dir', '/w', '--slots', '0', '--data', '/d'], '--slots must be a whole number from 1 to 1024, not 0'],
    [['--work-dir', '/w', '--slots', '2'], 'either --server ADDRESS or --data DIR'],
    [[...given, '--data', '/d'], 'either --server ADDRESS or --data DIR'],
    [['--work-dir', '/w', '--slots', '2', '--server', 'localhost'], '--server localhost is not an address'],
    [[...given, '--token', 'x'], "Unknown option '--token'"],
  ])('%j are refused with a reason', (argv, reason) => {
    expect(() => readArguments(argv)).toThrow(UsageError);
    expect(() => readArguments(argv)).toThrow(reason);
  });

  it('do not hold the token: it is the first line of standard input', async () => {
    expect(await readToken(Readable.from(['ab', 'c\nrest']))).toBe('abc');
    await expect(readToken(Readable.from(['\n']))).rejects.toThrow('no token');
    await expect(readToken(Readable.from([]))).rejects.toThrow('no token');
  });

  it('say the version of package.json', () => {
    expect(JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'))).toMatchObject({ version: pilotVersion });
  });
});

describe('what a pilot offers', () => {
  const facts = { host: 'h', platform: 'Linux_x86_64', ramMB: 100, tags: [] };

  it('is what is free, and nothing without slots or time', () => {
    expect(offerOf(facts, 4, { slots: 1, ramMB: 0 }, 1000, [])).toMatchObject({
      slots: 3,
      processors: 3,
      cpuTimeLeftS: 1000,
      waitMs: 5000,
    });
    expect(offerOf(facts, 4, { slots: 0, ramMB: 0 }, 1000, [])).toMatchObject({ waitMs: 20_000 });
    expect(offerOf(facts, 4, { slots: 4, ramMB: 0 }, 1000, [])).toBeUndefined();
    expect(offerOf(facts, 4, { slots: 5, ramMB: 0 }, 1000, [])).toBeUndefined();
    expect(offerOf(facts, 4, { slots: 0, ramMB: 0 }, 0, [])).toBeUndefined();
  });

  it('ends with its lifetime', () => {
    expect([timeLeftS(10, 0), timeLeftS(10, 9500), timeLeftS(10, 11_000)]).toEqual([10, 0, 0]);
  });

  it('tells this node', () => {
    expect(nodeFacts()).toMatchObject({ platform: expect.stringMatching(/^[A-Z][a-z]+_/), tags: ['isolation=none'] });
  });
});

describe('limits', () => {
  const well = { cpuTimeS: 5, wallTimeS: 5, freeDiskBytes: 2 ** 30 };

  it('hold up to their value, then say which was passed', () => {
    const description = { executable: 'x', cpuTimeS: 5, wallTimeS: 5 };
    expect(overLimit(description, well)).toBeUndefined();
    expect(overLimit(description, { ...well, cpuTimeS: 5.1 })).toMatchObject({ reason: 'overCpuTime' });
    expect(overLimit(description, { ...well, wallTimeS: 5.1 })).toMatchObject({ reason: 'overWallTime' });
    expect(overLimit({ ...description, maxRamMB: 100 }, { ...well, rssMB: 100 })).toBeUndefined();
    expect(overLimit({ ...description, maxRamMB: 100 }, { ...well, rssMB: 100.5 })).toMatchObject({ reason: 'overMemory' });
    expect(overLimit(description, { ...well, freeDiskBytes: 1000 })).toMatchObject({ reason: 'diskFull' });
    expect(overLimit(description, { ...well, freeDiskBytes: undefined })).toBeUndefined();
  });

  it('have the defaults of the contract', () => {
    expect(overLimit({ executable: 'x' }, { ...well, cpuTimeS: 86_400, wallTimeS: 259_200 })).toBeUndefined();
    expect(overLimit({ executable: 'x' }, { ...well, cpuTimeS: 86_401 })).toMatchObject({ reason: 'overCpuTime' });
  });
});

describe('orders', () => {
  it('count in the order they came, but stop goes before kill and drop before all', () => {
    const orders = createOrders();
    orders.give('kill');
    orders.give(new JobFailure('overWallTime', 'm', 'd'));
    expect(orders.current).toBe('kill');
    expect([orders.halted.aborted, orders.dropped.aborted]).toEqual([true, false]);
    orders.give('stop');
    orders.give('drop');
    orders.give('kill');
    expect(orders.current).toBe('drop');
    expect(orders.dropped.aborted).toBe(true);
  });

  it('leave a payload 5 s, or 2 s when the pilot ends, or nothing', () => {
    expect((['kill', 'stop', 'drop'] as const).map(killGraceMs)).toEqual([5000, 2000, 0]);
  });
});

describe('the end of a job', () => {
  const tooLarge = {
    outputs: [],
    failure: new JobFailure('outputTooLarge', 'Uploading Output Sandbox', 'too large'),
    notes: ['missing outputs: a'],
  };

  it('keeps the reason of the payload, else takes that of the outputs', () => {
    const failed = outcomeOfEnd({ exitCode: 3, signal: null }, { number: 1, of: 1, executable: 'x' });
    expect(withOutputs(failed, tooLarge)).toMatchObject({
      reason: 'exit',
      exitCode: 3,
      details: ['x ended with exit code 3', 'too large', 'missing outputs: a'],
    });
    expect(withOutputs(done, tooLarge)).toMatchObject({ status: 'Failed', reason: 'outputTooLarge', exitCode: 0 });
    expect(withOutputs(done, { outputs: [], failure: undefined, notes: ['n'] })).toMatchObject({ status: 'Done', details: ['n'] });
  });

  it('is told in one printable line', () => {
    expect(plainText('a\nb\u0000\u007fc', 20)).toBe('a b c');
    expect(plainText('x'.repeat(300), 255)).toHaveLength(255);
    expect(plainText('ab😀', 4)).toBe('ab😀');
    expect(plainText('ab😀x', 4).isWellFormed()).toBe(true);
  });
});

describe('asking again', () => {
  it('begins within 100 ms and never waits more than 2 s', () => {
    expect(backoffMs(1, 0)).toBe(50);
    expect(backoffMs(1, 0.999)).toBeLessThan(100);
    expect(backoffMs(1000, 0.999)).toBeLessThanOrEqual(2000);
    expect(backoffMs(3, 0.5)).toBeGreaterThan(backoffMs(2, 0.5));
  });
});
