import fc from 'fast-check';
import { jobKeyNames, jobKeys, operatorsOfType } from './job-keys';
import { parseJobQuery } from './job-query';
import { Condition } from './job-search';
import { completeJobQuery } from './query-completion';
import { JobQueryError } from './query-scanner';
import { toQueryText } from './query-text';

const refused = (text: string): JobQueryError => {
  try {
    parseJobQuery(text);
  } catch (error) {
    if (error instanceof JobQueryError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
};
const day = (text: string) => `${text}T00:00:00.000Z`;

describe('what people write to find jobs', () => {
  it.each<[string, unknown[]]>([
    ['state=failed', [['status', 'in', 'Failed']]],
    ['Status = Failed, killed  site!=A', [['status', 'in', 'Failed', 'Killed'], ['site', 'notIn', 'A']]],
    ['site=CYF*,LCG.?ERN.cern', [['site', 'like', 'CYF*', 'LCG.?ERN.cern']]],
    ['name!=fit*', [['jobName', 'notLike', 'fit*']]],
    ['name="fit*"', [['jobName', 'in', 'fit*']]],
    ["name='a \\' b'", [['jobName', 'in', "a ' b"]]],
    ['age<2d age >= 30m', [['age', 'lt', '2d'], ['age', 'gte', '30m']]],
    ['submitted>=2026-11-01', [['submissionTime', 'gte', day('2026-11-01')]]],
    ['submitted<=2026-11-01', [['submissionTime', 'lt', day('2026-11-02')]]],
    ['submitted>2026-11-01', [['submissionTime', 'gte', day('2026-11-02')]]],
    ['ended=2026-11-01', [['endExecTime', 'gte', day('2026-11-01')], ['endExecTime', 'lt', day('2026-11-02')]]],
    ['ended=2026-11-01..2026-11-03T12:00', [['endExecTime', 'gte', day('2026-11-01')], ['endExecTime', 'lte', '2026-11-03T12:00:00.000Z']]],
    ['id=881..903', [['jobId', 'gte', 881], ['jobId', 'lte', 903]]],
    ['id=1,2 exit!=0', [['jobId', 'in', 1, 2], ['exitCode', 'notIn', 0]]],
    ['param.Seed=3 param.beta>0.5', [['param.Seed', 'in', '3'], ['param.beta', 'gt', '0.5']]],
    ['#881', [['jobId', 'eq', 881]]],
    ['fit and "two words"', [['jobName', 'like', '*fit*'], ['jobName', 'like', '*two words*']]],
    ['ev?n-*', [['jobName', 'like', 'ev?n-*']]],
    ['site=""', [['site', 'in', '']]],
    ['group=a=b', [['jobGroup', 'in', 'a=b']]],
    ['  ', []],
  ])('%s', (text, conditions) => {
    expect(parseJobQuery(text)).toEqual(
      (conditions as [string, string, ...unknown[]][]).map(([field, operator, ...values]) => ({ field, operator, values })),
    );
  }); // prettier-ignore

  it.each<[string, number, RegExp]>([
    ['staet=Failed', 1, /no key "staet"\. Did you mean state\?/],
    ['state=Failed sitee=A', 14, /no key "sitee"\. Did you mean site\?/],
    ['state=Done,Faild', 12, /no state "Faild"\. Did you mean Failed\?/],
    ['id=seven', 4, /whole number/],
    ['age<soon', 5, /not an age/],
    ['submitted>=yesterday', 12, /not a time/],
    ['age~2d', 1, /not compared with ~/],
    ['id~7*', 1, /not compared with ~/],
    ['site=', 6, /a value for site/],
    ['site=A,', 8, /a value for site/],
    ['=Failed', 1, /key is missing/],
    ['name="open', 6, /quote is not closed/],
    ['state=Failed or state=Done', 14, /"or" is not known/],
    ['id<1,2', 6, /one value/],
    ['id=9..7', 4, /backwards/],
    [`name=${'x'.repeat(10_001)}`, 10_000, /at most 10000/],
    ['=', 1, /key is missing/],
  ])('%s is refused at column %i', (text, column, sentence) => {
    const error = refused(text);
    expect(error.message).toMatch(sentence);
    expect(error.column).toBe(column);
    expect(error.code).toBe('BadRequest');
  });
});

describe('a query as text and as JSON', () => {
  const value = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('*', 'a*', '?b', '..', 'or', '"', "'", '\\', ' ', ',', '=', '#7', '12'),
  );
  const textKeys = jobKeys.filter(({ type }) => type === 'text').map(({ key }) => key);
  const condition = fc.oneof(
    fc.record({
      field: fc.constantFrom(...textKeys),
      operator: fc.constantFrom('in' as const, 'notIn' as const),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      field: fc.constantFrom(...textKeys),
      operator: fc.constantFrom('like' as const, 'notLike' as const),
      values: fc.array(value.filter((text) => text !== '').map((text) => text.replaceAll('*', '')).filter((text) => text !== ''), { minLength: 1, maxLength: 1 }),
    }),
    fc.record({ field: fc.constant('jobId' as const), operator: fc.constantFrom('in' as const, 'gte' as const), values: fc.tuple(fc.nat()) }),
    fc.record({ field: fc.constant('age' as const), operator: fc.constantFrom('lt' as const, 'gte' as const), values: fc.constantFrom(['2d'], ['30m']) }),
    fc.record({ field: fc.constant('status' as const), operator: fc.constant('in' as const), values: fc.constantFrom(['Done'], ['Failed', 'Killed']) }),
  ); // prettier-ignore

  it('say the same: what is written comes back', () => {
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 5 }), (where) => {
        expect(parseJobQuery(toQueryText(where as Condition[]))).toEqual(where);
      }),
      { numRuns: 500 },
    );
  });

  it('are accepted by the contract, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        let where: Condition[];
        try {
          where = parseJobQuery(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JobQueryError);
          expect((error as JobQueryError).column).toBeLessThanOrEqual(text.length + 1);
          return;
        }
        for (const one of where) if (!text.includes('\0')) expect(Condition.safeParse(one).success).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('are read in linear time', () => {
    for (const piece of ['"', 'a=', ',', '\\', '=', '*', '..']) {
      try {
        parseJobQuery(piece.repeat(5000));
      } catch (error) {
        expect(error).toBeInstanceOf(JobQueryError);
      }
    }
    expect(parseJobQuery('a '.repeat(5000))).toHaveLength(5000);
  });

  it('know every key by each of its names, and no name twice', () => {
    expect(new Set(jobKeyNames.map((name) => name.toLowerCase())).size).toBe(jobKeyNames.length);
    for (const { key, type } of jobKeys)
      for (const operator of operatorsOfType[type]) expect(Condition.safeParse({ field: key, operator, values: ['x'] }).success).toBe(true);
  });
});

describe('a query that is being written', () => {
  const complete = (text: string) => completeJobQuery(text, (key) => (key === 'site' ? ['LCG.A.org', 'LCG.B b'] : []), ['seed']);

  it('is completed by keys, states, and values that occur', () => {
    expect(complete('sta')).toEqual(['state=', 'started=']);
    expect(complete('state=Failed pa')).toEqual(['state=Failed param.seed=']);
    expect(complete('state=fa')).toEqual(['state=Failed']);
    expect(complete('state=Failed,Ki')).toEqual(['state=Failed,Killed']);
    expect(complete('site=lcg')).toEqual(['site=LCG.A.org', 'site="LCG.B b"']);
    expect(complete('site=LCG.A.org')).toEqual([]);
    expect(complete('ag')).toEqual(['age<']);
    expect(complete('"sta')).toEqual([]);
    expect(complete('')).toEqual([]);
    expect(complete(`${'x=,'.repeat(3000)} sta`)).toEqual([]);
  });
});
