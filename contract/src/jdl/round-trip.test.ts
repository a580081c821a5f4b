import fc from 'fast-check';
import { JobDescription, type Parameters } from '../job-description';
import { JdlError } from './error';
import { fromJDL } from './from-jdl';
import { toJDL } from './to-jdl';
import type { Plain } from './value';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+:@/-]{0,20}$/);
const word = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
/** Texts with everything that means something in one of the two forms. */
const pieces = fc.constantFrom('%s', '%n', '%j', '%(B)s', '{B}', '{s}', '{n}', '{jobId}', '{index}', '"', "'", '\\', '\n', ';', '{', '}', '[', ']', '#', '//', '%', ' '); // prettier-ignore
const anyText = fc.oneof(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 6 }).map((parts) => parts.join('')), fc.string({ unit: 'binary' })).map((text) => text.replaceAll('\0', '')); // prettier-ignore
const text = anyText.filter((one) => one !== '');
// eslint-disable-next-line no-control-regex -- lines have none
const line = text.map((one) => `l${one.replace(/[\u0000-\u001f\u007f]/g, '')}`.slice(0, 100));
const path = fc.stringMatching(/^[a-z{}%][a-zA-Z0-9{}%(). -]{0,20}$/).filter((one) => !/^\.+$/.test(one));
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 });
const integer = (max: number) => fc.integer({ min: 1, max });
const step = fc.record({ executable: text, arguments: list(anyText), logFile: path }, { requiredKeys: ['executable'] });
const file = fc.record({ path, digest: fc.stringMatching(/^[0-9a-f]{64}$/), sizeBytes: integer(1e9), executable: fc.boolean() }, { requiredKeys: ['path', 'digest', 'sizeBytes'] }); // prettier-ignore
const plain: fc.Arbitrary<Plain> = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof({ maxDepth: 3 }, anyText, fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0), list(tie('plain')), fc.dictionary(word.map((one) => one.toLowerCase()), tie('plain'), { maxKeys: 3, noNullPrototype: true })), // prettier-ignore
})).plain;
const others = fc.dictionary(fc.oneof(word.map((one) => `x${one.toLowerCase()}`), fc.constantFrom('Requirements', 'Rank')), fc.oneof(plain, fc.constantFrom('other.A > 5', '(a || b) && "x;]" == c', 'a b')), { minKeys: 1, maxKeys: 4, noNullPrototype: true }); // prettier-ignore
const noAny = name.filter((one) => one.toUpperCase() !== 'ANY');

const fields = {
  jobName: line, jobGroup: line, jobType: name, inputSandbox: list(file), outputSandbox: list(path), stdOutput: path, stdError: path,
  environment: fc.dictionary(word, anyText, { maxKeys: 3, noNullPrototype: true }), inputData: list(line), inputDataPolicy: name, outputData: list(line),
  outputSE: list(name), outputPath: line, cpuTimeS: integer(50_000_000), wallTimeS: integer(10_000_000), sites: list(noAny), bannedSites: list(name),
  gridCE: noAny, platforms: list(noAny), tags: list(name), wholeNode: fc.boolean(), minRamMB: integer(1000), maxRamMB: fc.integer({ min: 1000, max: 1e8 }),
  numberOfGpus: integer(64), priority: fc.integer({ min: 0, max: 10 }), logLevel: name, otherAttributes: others,
}; // prettier-ignore
const common = fc.record(fields, { requiredKeys: [] });
const program = fc.oneof(fc.record({ executable: text, arguments: list(anyText) }, { requiredKeys: ['executable'] }), fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 3 }) })); // prettier-ignore
const processors = fc.oneof(fc.constant({}), integer(1024).map((n) => ({ numberOfProcessors: n })), integer(9).map((n) => ({ minNumberOfProcessors: n, maxNumberOfProcessors: n + 3 }))); // prettier-ignore
const description = fc.tuple(common, program, processors).map((parts) => Object.assign({}, ...parts) as JobDescription);

const value = fc.oneof(
  anyText,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
);
const parameters: fc.Arbitrary<Parameters[] | undefined> = fc.option(
  fc.uniqueArray(fc.oneof(fc.constantFrom('B', 's', 'n', 'index', 'jobId'), word), { minLength: 1, maxLength: 3 }).chain((names) =>
    fc.array(fc.record(Object.fromEntries(names.map((one) => [one, value])), { noNullPrototype: true }), { minLength: 1, maxLength: 12 }),
  ),
  { nil: undefined },
); // prettier-ignore

const withoutUndefined = <T extends object>(object: T): T => JSON.parse(JSON.stringify(object)) as T;

describe('nothing is lost', () => {
  it('from JSON to JDL and back, whatever texts, parameters and unknown attributes hold', () => {
    fc.assert(
      fc.property(description, parameters, (before, rows) => {
        fc.pre(JobDescription.safeParse(before).success);
        const back = fromJDL(toJDL(before, rows));
        expect(withoutUndefined(back.description)).toEqual(withoutUndefined(before));
        expect(back.parameters).toEqual(rows);
        expect(back.localFiles).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('from JDL to JSON and back, in what DIRAC clients write', () => {
    const texts = [
      'Executable = /bin/ls;\nJobName = my second job, v2;\nArguments = -l "a b";\nseed = %(seed)s;\nParameters.seed = {1, 2, 3};',
      '[ Executable = "x"; Parameters = 12; ParameterStep = 2; Arguments = "%s of %n in %j"; OutputSandbox = {"std.out", "o_%n.dat"}; ]',
      'Executable = "x"; Requirements = (other.CPU > 5 &&\n other.Site == "A"); Rank = -other.Load; Site = ANY; Odd = { 007, [ A = {1.50} ] };',
      'Executable = "date"; Arguments = "+%H"; Tag = {MultiProcessor}; ExecutionEnvironment = {"A=50%", "B=x%20y"}; WholeNode = "yes";',
    ];
    for (const text of texts) {
      const once = fromJDL(text);
      const again = fromJDL(toJDL(once.description, once.parameters));
      expect(again.description).toEqual(once.description);
      expect(again.parameters).toEqual(once.parameters);
    }
  });

  it('from JDL to JSON and back, whatever values its attributes have in either dialect', () => {
    const bare = fc.stringMatching(/^[A-Za-z0-9%(){}.:/_+-][A-Za-z0-9%(){}.:/_+ ,-]{0,12}$/);
    const quoted = anyText.map((one) => JSON.stringify(one.replace(/[^ -~]/g, '')));
    const item = fc.oneof(quoted, fc.stringMatching(/^[A-Za-z0-9%()._-]{1,8}$/), fc.integer().map(String));
    const items = fc.array(item, { minLength: 1, maxLength: 4 }).map((all) => `{${all.join(', ')}}`);
    const attribute = fc.tuple(fc.constantFrom('Executable', 'Arguments', 'JobName', 'Site', 'Tags', 'OutputSandbox', 'LogLevel', 'Odd', 'Parameters', 'Parameters.B', 'Rank'), fc.oneof(bare, quoted, items, fc.integer({ min: 1, max: 5 }).map(String))); // prettier-ignore
    let read = 0;
    fc.assert(
      fc.property(fc.uniqueArray(attribute, { selector: ([one]) => one, maxLength: 6 }), fc.boolean(), (attributes, brackets) => {
        const lines = attributes.map(([one, value]) => `${one} = ${value};`).join('\n');
        const once = readOrRefuse(brackets ? `[${lines}]` : lines);
        if (once === undefined) return;
        read += 1;
        const again = fromJDL(toJDL(once.description, once.parameters));
        expect({ ...again, attributes: 0 }).toEqual({ ...once, attributes: 0 });
      }),
      { numRuns: 1500 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('parameters are written as DIRAC writes them, unless a text holds what DIRAC would take for one', () => {
    const rows = [{ seed: 1 }, { seed: 2 }];
    expect(toJDL({ executable: 'fit', arguments: ['{seed}', '{jobId}', '{index}'] }, rows)).toBe(
      '[\n  Executable = "fit";\n  Arguments = "%(seed)s %j {index}";\n  Parameters.seed = {1, 2};\n]\n',
    );
    expect(toJDL({ executable: 'date', arguments: ['+%s', '{seed}'] }, rows)).toBe(
      `[\n  Executable = "date";\n  Arguments = "+%s {seed}";\n  Placeholders = "braces";\n  Parameters.seed = {1, 2};\n]\n`,
    );
  });
});

function readOrRefuse(jdl: string): ReturnType<typeof fromJDL> | undefined {
  try {
    return fromJDL(jdl);
  } catch (error) {
    expect(error).toBeInstanceOf(JdlError);
    return undefined;
  }
}
