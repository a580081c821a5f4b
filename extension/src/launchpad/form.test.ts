import * as contract from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';
import { compose, decompose, emptyFields, type Fields } from './form';
import { parseSweep } from './sweep';
import { fromMegabytes, fromSeconds, toMegabytes, toSeconds } from './units';
import { unusedNames, validate } from './validate';

const form = (fields: Partial<Fields>) => ({ fields: { ...emptyFields, ...fields }, inputs: [], rest: {} });
const noSweep = parseSweep('');

describe('the form and the description', () => {
  it('are two sights of one thing: a description goes through the form unchanged', () => {
    const file = { path: 'a/b.csv', digest: 'a'.repeat(64), sizeBytes: 3, executable: true };
    const descriptions: JobDescription[] = [
      {
        executable: '/bin/sh',
        arguments: ['-c', 'echo "a  b"\necho c'],
        jobName: 'x',
        outputSandbox: ['r/*.json', 'b'],
        environment: { A: '1', B: 'x=y z' },
      },
      {
        executable: 'fit.py',
        arguments: ['', '--x= 1', '"q"'],
        inputSandbox: [file],
        cpuTimeS: 5401,
        wallTimeS: 7200,
        minRamMB: 2048,
        numberOfProcessors: 4,
      },
      {
        executable: 'a',
        sites: ['S.A', 'S.B'],
        tags: ['GPU'],
        bannedSites: ['X'],
        platforms: ['p'],
        priority: 7,
        stdOutput: 'o',
        jobType: 'T',
        jobGroup: 'g',
      },
      { steps: [{ executable: 'a' }, { executable: 'b', arguments: ['c'] }], jobName: 'two' },
      { executable: 'python3', arguments: ['-c', 'line 1\nline 2'] },
      {},
    ];
    for (const description of descriptions) expect(compose(decompose(description), undefined)).toEqual({ description, problems: {} });
  });

  it('runs a script by its first line, or by the shell', () => {
    const file = { path: 'script.sh', digest: 'b'.repeat(64), sizeBytes: 9, executable: true };
    expect(compose(form({ kind: 'script', script: '#!/usr/bin/env python3\n' }), file).description).toEqual({
      executable: 'script.sh',
      inputSandbox: [file],
    });
    expect(compose(form({ kind: 'script', script: 'echo 1' }), file).description).toEqual({
      executable: '/bin/sh',
      arguments: ['script.sh'],
      inputSandbox: [file],
    });
  });

  it('reads times and sizes as people write them, and says what it cannot read', () => {
    expect(['90m', '2h', '1.5h', '3d', '500', '500s'].map(toSeconds)).toEqual([5400, 7200, 5400, 259_200, 500, 500]);
    expect(['2GiB', '500', '512 MiB', '1GB'].map(toMegabytes)).toEqual([2048, 500, 512, 954]);
    for (const seconds of [1, 60, 5401, 86_400, 90_000]) expect(toSeconds(fromSeconds(seconds))).toBe(seconds);
    for (const mb of [0, 1, 1024, 1500]) expect(toMegabytes(fromMegabytes(mb))).toBe(mb);
    expect(compose(form({ cpuTime: '2 hours', memory: 'lots', processors: 'two', environment: 'A B' }), undefined).problems).toEqual({
      cpuTime: '“2 hours” cannot be read; write 500s, 90m, 2h or 3d.',
      memory: '“lots” cannot be read; write 500MB or 2GiB.',
      processors: '“two” cannot be read; write a whole number.',
      environment: '“A B” is no NAME=value.',
    });
  });
});

describe('what is wrong', () => {
  const problemsOf = (description: JobDescription, kind: Fields['kind'] = 'command', sweep = noSweep) =>
    validate(contract, description, kind, sweep, 1000);

  it('is nothing for a good description', () => {
    expect(problemsOf({ executable: 'a' })).toEqual({});
  });

  it('stands beside its field, in words', () => {
    expect(problemsOf({})).toEqual({ command: 'Write the command to run.' });
    expect(problemsOf({}, 'script')).toEqual({ script: 'Write the script to run.' });
    expect(problemsOf({ executable: 'a', numberOfProcessors: 5000, cpuTimeS: 0, outputSandbox: ['../x'], sites: ['a b'] })).toEqual({
      processors: 'must be at most 1,024.',
      cpuTime: 'must be at least 1.',
      outputs: 'outputSandbox.0: must stay inside the job directory.',
      sites: 'sites.0: must be a name: letters, digits and . _ + : @ / -.',
    });
    expect(problemsOf({ executable: 'a', colour: 'red' } as JobDescription)['json']).toMatch(/colour/);
    expect(problemsOf({ executable: 'a', arguments: 'b' } as unknown as JobDescription, 'program')).toEqual({ program: 'must be a list.' });
  });

  it('is two inputs of one name, and a sweep of more jobs than the server takes', () => {
    const file = { path: 'a', digest: 'a'.repeat(64), sizeBytes: 1 };
    expect(problemsOf({ executable: 'a', inputSandbox: [file, { ...file, digest: 'b'.repeat(64) }] })).toEqual({
      inputs: 'Two inputs are called a.',
    });
    expect(problemsOf({ executable: 'a' }, 'command', parseSweep('x = 1..1001'))).toEqual({
      sweep: 'This makes 1,001 jobs; the server takes at most 1,000 at once.',
    });
  });

  it('is not a parameter that nothing uses, which is only said', () => {
    expect(unusedNames({ executable: 'a', arguments: ['{seed}'] }, ['seed', 'beta'], '')).toEqual(['beta']);
  });
});
