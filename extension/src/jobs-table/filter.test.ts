import { Condition } from '@diraclab/contract';
import {
  chosenValues,
  filterFields,
  inWords,
  operatorsOf,
  parseFilter,
  toCondition,
  toggleValue,
  withConditions,
  type Parsed,
} from './filter';

const typed = (text: string) => {
  const parsed = parseFilter(text);
  return 'problem' in parsed ? parsed.problem : parsed.conditions;
};

describe('what is typed into the filter', () => {
  it('is the language of all clients', () => {
    expect(typed('state = Failed, killed site!=LCG.CERN.cern group=fit*')).toEqual([
      { field: 'status', operator: 'in', values: ['Failed', 'Killed'] },
      { field: 'site', operator: 'notIn', values: ['LCG.CERN.cern'] },
      { field: 'jobGroup', operator: 'like', values: ['fit*'] },
    ]);
    expect(typed('id>=7 age<2d')).toEqual([
      { field: 'jobId', operator: 'gte', values: [7] },
      { field: 'age', operator: 'lt', values: ['2d'] },
    ]);
  });

  it('is else a number or a part of a name; in quotes also with a sign in it', () => {
    expect(typed('88213')).toEqual([{ field: 'jobId', operator: 'eq', values: [88213] }]);
    expect(typed('fit')).toEqual([{ field: 'jobName', operator: 'like', values: ['*fit*'] }]);
    expect(typed('"alpha=3"')).toEqual([{ field: 'jobName', operator: 'like', values: ['*alpha=3*'] }]);
    expect(typed('   ')).toEqual([]);
  });

  it('is refused with its place and the remedy when it cannot be meant', () => {
    expect(parseFilter('state=Failed sitee=A')).toMatchObject({ at: 13, length: 5, problem: expect.stringContaining('Did you mean site?') as string }); // prettier-ignore
    expect(typed('age<soon')).toMatch(/30m, 6h or 2d/);
    expect(typed('submitted>=yesterday')).toMatch(/2026-11-22/);
    expect(typed('site=')).toMatch(/Write a value/);
  });

  it('of the builder is checked as well, and makes only conditions that the contract knows', () => {
    expect(toCondition('jobId', 'eq', 'seven')).toMatchObject({ problem: expect.stringContaining('whole number') as string });
    expect(toCondition('age', 'lt', 'soon')).toMatchObject({ problem: expect.stringContaining('2d') as string });
    const examples: Partial<Record<string, string>> = { age: '2d', jobId: '7', priority: '3', exitCode: '1', rescheduleCounter: '2' };
    for (const field of filterFields) {
      for (const operator of operatorsOf(field)) {
        const parsed: Parsed = toCondition(field, operator, examples[field] ?? (field.endsWith('Time') ? '2026-11-22T10:00' : 'x'));
        expect([field, operator, 'conditions' in parsed && parsed.conditions.every((one) => Condition.safeParse(one).success)]).toEqual([
          field,
          operator,
          true,
        ]);
      }
    }
  });
});

describe('conditions', () => {
  it('are said once', () => {
    const one: Condition = { field: 'site', operator: 'in', values: ['A'] };
    expect(withConditions([one], [{ ...one }])).toEqual([one]);
  });

  it('of a facet are alternatives, and go when the last is given up', () => {
    const failed = toggleValue([], 'status', 'Failed');
    const both = toggleValue(failed, 'status', 'Killed');
    expect(both).toEqual([{ field: 'status', operator: 'in', values: ['Failed', 'Killed'] }]);
    expect(chosenValues(both, 'status')).toEqual(new Set(['Failed', 'Killed']));
    expect(toggleValue(toggleValue(both, 'status', 'Failed'), 'status', 'Killed')).toEqual([]);
    expect(toggleValue(failed, 'site', 'A', true)[1]).toEqual({ field: 'site', operator: 'notIn', values: ['A'] });
  });

  it('are short in words, however many values they have', () => {
    expect(inWords({ field: 'status', operator: 'in', values: ['Failed'] })).toBe('state = Failed');
    expect(inWords({ field: 'jobId', operator: 'notIn', values: [1, 2, 3, 4, 5, 6, 7] })).toBe('id is not one of 1, 2, 3, 4, 5 and 2 more');
  });
});
