import fc from 'fast-check';
import { joinArguments, splitArguments } from './arguments';
import { JdlError } from './error';
import { mostJdlCharacters, readCounted, readJdl } from './read';
import { Scanner } from './scanner';
import { plainOf } from './value';

const read = (text: string) => Object.fromEntries(readJdl(text, { name: 'job.jdl' }).map(({ name, value }) => [name, plainOf(value)]));

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
      'Parameters.B': [1, '2e3'],
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

  it('reads words with quotes and brackets in them, and lists that begin on the next line', () => {
    expect(read('[ Arguments = -c "a; b" x[1]; Seed = [1-3];\n InputSandbox =\n  {\n    "a",\n    "b"\n  }; ]')).toEqual({
      Arguments: '-c "a; b" x[1]',
      Seed: '[1-3]',
      InputSandbox: ['a', 'b'],
    });
  });

  it('reads records and lists in each other, with comments', () => {
    expect(read('Steps = { [ Executable = "a"; Tries = {1, /* two */ 2} ], # and\n [ Executable = "b"; On = [ X = true ] ] };')).toEqual({
      Steps: [
        { Executable: 'a', Tries: [1, 2] },
        { Executable: 'b', On: { X: true } },
      ],
    });
  });

  it('keeps the expressions of Requirements and Rank as they were written, over several lines', () => {
    const expression = '(other.CPUTime > 5 &&\n  other.Site == "a;b]") ||\n member(other.Tag, {"x"})\n  && true';
    expect(read(`[ Requirements = ${expression}; Rank = -other.Load; Site = "A" ]`)).toEqual({
      Requirements: expression,
      Rank: '-other.Load',
      Site: 'A',
    });
    expect(read('Requirements = a > 5\n; Rank = "x"; B = 1')).toEqual({ Requirements: 'a > 5', Rank: 'x', B: 1 });
    expect(() => read('Requirements = a > 5\nB = 2;')).toThrow('line 1, column 21: ";" is expected after the value of Requirements');
  });

  it('tells numbers from texts that only look like some', () => {
    expect(read('A = {7, 007, 1.50, -2.5, "7", 1e400, true, True};')).toEqual({ A: [7, '007', '1.50', -2.5, '7', '1e400', true, 'True'] });
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
    ['Arguments = -c "a; b;', 1, 13, 'a quote in the value of Arguments is not closed'],
    ['/* open', 1, 1, 'this comment is not closed'],
    ['A = [ B = 1; ', 1, 5, 'this "[" is not closed by "]"'],
    ['A = {[ B = 1; C 2 ]};', 1, 17, '"=" is expected after C'],
    ['Requirements = (a > 5;\nB = 2', 1, 16, 'this "(" in Requirements is not closed'],
    ['A = \n\n{"x"} y;', 3, 6, '";" is expected after the value of A'],
  ])('names line and column of what is wrong in %j', (text, line, column, message) => {
    let error: unknown;
    try {
      read(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(JdlError);
    expect(error).toMatchObject({
      code: 'BadRequest',
      ids: { line, column },
      line,
      column,
      message: expect.stringContaining(`job.jdl, line ${line}, column ${column}: ${message}`),
    });
  });

  it('refuses a hundred thousand nested lists and records where they become too deep', () => {
    expect(() => read(`A = ${'{'.repeat(100_000)}`)).toThrow('line 1, column 37: this is nested deeper than 32 levels');
    expect(() => read(`A = ${'[A='.repeat(100_000)}`)).toThrow('line 1, column 101: this is nested deeper than 32 levels');
    expect(() => read(`A = ${'['.repeat(100_000)}`)).toThrow('line 1, column 6: an attribute name is expected');
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

  const worst: [string, (size: number) => string][] = [
    ['attributes', (size) => Array.from({ length: size / 20 }, (_, i) => `A${i} = "x";`).join('\n')],
    ['a list', (size) => `A = {${'"x",'.repeat(size / 4)}`],
    ['backslashes', (size) => `A = "${'\\'.repeat(size)}`],
    ['brackets', (size) => '['.repeat(size)],
    ['blanks', (size) => `A = ${' '.repeat(size)}`],
    ['blanks in a list', (size) => `A = {${' '.repeat(size)}x`],
    ['comments', (size) => '# \n'.repeat(size / 3)],
    ['open comments', (size) => `A = 1; ${'/*'.repeat(size / 2)}`],
    ['quotes', (size) => `A = ${'"'.repeat(size - 1)};`],
    ['quotes in words', (size) => `A = x${'""'.repeat(size / 2)};`],
    ['brackets in words', (size) => `[ A = x${'['.repeat(size)}`],
    ['lines of an expression', (size) => `Rank = a${'\n+ a'.repeat(size / 4)};`],
    ['parentheses', (size) => `Rank = ${'('.repeat(size)}`],
    ['strings of an expression', (size) => `Rank = "a"${'"a"'.repeat(size / 3)};`],
    ['records', (size) => `A = {${'[B = "x"],'.repeat(size / 10)}`],
    ['lines', (size) => `${'A=1;\n'.repeat(1)}${'\n'.repeat(size)}]`],
  ];
  it.each(worst)('is linear in %s: ten times the text takes ten times the steps', (_what, make) => {
    const [small, large] = [stepsOf(make(6000)), stepsOf(make(60_000))];
    expect(small).toBeLessThan(6000 * 8);
    expect(large).toBeLessThan(60_000 * 8);
    expect(large).toBeLessThan(small * 11 + 100);
  });

  it('refuses a text of more than its limit without looking at it', () => {
    expect(() => read(' '.repeat(mostJdlCharacters + 1))).toThrow(`${mostJdlCharacters} is the most`);
  });
});

/** Also of a text that is refused: what was looked at until then. */
function stepsOf(text: string): number {
  const steps = jest.spyOn(Scanner.prototype, 'fail');
  try {
    return readCounted(text, { name: 'job.jdl' }).steps;
  } catch (error) {
    expect(error).toBeInstanceOf(JdlError);
    return (steps.mock.contexts.at(-1) as Scanner).steps;
  } finally {
    steps.mockRestore();
  }
}

describe('arguments', () => {
  it('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(splitArguments(joinArguments(words))).toEqual(words);
      }),
    );
  });

  it('are quoted only where they must be', () => {
    expect(joinArguments(['-n', 'a b', "it's", ''])).toBe(`-n 'a b' 'it'\\''s' ''`);
  });
});
