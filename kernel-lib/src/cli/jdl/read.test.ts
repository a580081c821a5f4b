import type { JobDescription } from '@diraclab/contract';
import fc from 'fast-check';
import { splitArguments } from '../../split-arguments';
import { joinArguments } from './arguments';
import { JdlError } from './error';
import { readJdl } from './read';
import { writeJdl } from './write';

const read = (text: string) => Object.fromEntries(readJdl(text, { name: 'job.jdl' }).map(({ name, value }) => [name, value.kind === 'list' ? value.items.map(({ text }) => text) : value.kind === 'number' ? value.number : value.text])); // prettier-ignore

describe('reading JDL', () => {
  it('reads the form with brackets', () => {
    expect(
      read(`[
        # a comment
        Executable = "/bin/echo"; // another
        Arguments = "say \\"hi\\"\\tC:\\data \\\\ end";
        OutputSandbox = {"std.out", "std.err",
                         "*.dat"};
        CPUTime = 3600; Priority=1.5;
        Parameters.B = {1, 2e3};
        /* the last needs no semicolon */ Site = "ANY"
      ]`),
    ).toEqual({
      Executable: '/bin/echo',
      Arguments: 'say "hi"\tC:\\data \\ end',
      OutputSandbox: ['std.out', 'std.err', '*.dat'],
      CPUTime: 3600,
      Priority: 1.5,
      'Parameters.B': ['1', '2e3'],
      Site: 'ANY',
    });
  });

  it('reads what the Python client really writes: no brackets, bare values with blanks and commas', () => {
    expect(
      read(
        '\n    JobName = my second job, v2;\n    OutputSandbox = a.log, std.err;\n    InputSandbox = {fit.sh, b c};\n    CPUTime = 500;',
      ),
    ).toEqual({
      JobName: 'my second job, v2',
      OutputSandbox: 'a.log, std.err',
      InputSandbox: ['fit.sh', 'b c'],
      CPUTime: 500,
    });
  });

  it('reads an empty text, an empty pair of brackets and an empty list', () => {
    expect([read(''), read(' [ ] '), read('A = {};')]).toEqual([{}, {}, { A: [] }]);
  });

  it.each([
    ['[\n  A = "x";\n  B = "open;\n]', 3, 7, 'this string is not closed on its line'],
    ['[ A = 1;', 1, 1, 'this "[" is not closed by "]"'],
    ['A = {"x", "y"', 1, 5, 'the list of A is not closed by "}"'],
    ['A = {"x" "y"};', 1, 10, '"," or "}" is expected'],
    ['A = {"x",};', 1, 10, 'a value is expected'],
    ['A = 1;\na = 2;', 2, 1, 'a is given a second time; the first is in line 1'],
    ['[ A = 1; ] more', 1, 12, 'nothing is expected after the closing "]"'],
    ['A "x";', 1, 3, '"=" is expected after A'],
    ['A = ;', 1, 5, 'A has no value'],
    ['A = 1\nB = 2;', 1, 6, '";" is expected after the value of A'],
    ['A = "x" B = 2;', 1, 8, '";" is expected after the value of A'],
    ['5 = 1;', 1, 1, 'an attribute name is expected'],
    ['A = 1;\n\u0000', 2, 1, 'there is a NUL character here'],
    ['Arguments = -c "a; b";', 1, 13, 'a quote in the value of Arguments is not closed'],
    ['/* open', 1, 1, 'this comment is not closed'],
  ])('names line and column of what is wrong in %j', (text, line, column, message) => {
    let error: unknown;
    try {
      read(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(JdlError);
    expect(error).toMatchObject({
      exitCode: 2,
      line,
      column,
      message: expect.stringContaining(`job.jdl, line ${line}, column ${column}: ${message}`),
    });
  });

  it('throws nothing but its own error, whatever the text', () => {
    const piece = fc.oneof(fc.constantFrom('[', ']', '{', '}', '"', ';', '=', ',', '\\', '#', '//', '/*', '*/', '\n', ' ', 'A', 'b.c', '1', '\u0000'), fc.string()); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          read(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(JdlError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is linear: the longest texts, of the worst kinds, are read or refused at once', () => {
    const size = 900_000;
    const many = Array.from({ length: size / 20 }, (_, i) => `A${i} = "x";`).join('\n');
    for (const text of [
      many,
      `A = {${'"x",'.repeat(size / 4)}`,
      `A = "${'\\'.repeat(size)}`,
      '['.repeat(size),
      `A = ${' '.repeat(size)}`,
      `A = {${' '.repeat(size)}x`,
      '# \n'.repeat(size / 3),
      `A = ${'"'.repeat(size - 1)};`,
    ]) {
      // A quadratic reader would need minutes for each, and the test its time-out.
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(JdlError);
      }
    }
    expect(() => read(' '.repeat(1_000_001))).toThrow('1000000 is the most');
  });
});

describe('writing JDL', () => {
  it('gives what reading gives back', () => {
    const text = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(text, fc.array(text), fc.integer({ min: 1, max: 10 }), (jobName, words, priority) => {
        const description: JobDescription = { jobName, executable: '/bin/echo', arguments: words, priority, environment: { A: jobName } };
        const back = read(writeJdl(description));
        expect(back).toMatchObject({ JobName: jobName, Executable: '/bin/echo', Priority: priority });
        expect(splitArguments(String(back['Arguments']))).toEqual(words);
      }),
    );
  });

  it('quotes arguments only where it must', () => {
    expect(joinArguments(['-n', 'a b', "it's", ''])).toBe(`-n 'a b' 'it'\\''s' ''`);
  });
});
