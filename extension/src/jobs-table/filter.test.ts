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

const nowMs = Date.parse('2026-11-23T12:00:00.000Z');
const typed = (text: string) => {
  const parsed = parseFilter(text, nowMs);
  return 'problem' in parsed ? parsed.problem : parsed.conditions;
};

describe('what is typed into the filter', () => {
  it('is a condition on a field by any of its names', () => {
    expect(typed('state=Failed')).toEqual([{ field: 'status', operator: 'in', values: ['Failed'] }]);
    expect(typed('status = Failed, Killed')).toEqual([{ field: 'status', operator: 'in', values: ['Failed', 'Killed'] }]);
    expect(typed('site!=LCG.CERN.cern')).toEqual([{ field: 'site', operator: 'notIn', values: ['LCG.CERN.cern'] }]);
    expect(typed('group=fit*')).toEqual([{ field: 'jobGroup', operator: 'like', values: ['fit*'] }]);
    expect(typed('id>=7')).toEqual([{ field: 'jobId', operator: 'gte', values: [7] }]);
  });

  it('knows ages and times', () => {
    expect(typed('age<2d')).toEqual([{ field: 'submissionTime', operator: 'gte', values: ['2026-11-21T12:00:00.000Z'] }]);
    expect(typed('age>30m')).toEqual([{ field: 'submissionTime', operator: 'lt', values: ['2026-11-23T11:30:00.000Z'] }]);
    expect(typed('ended>=2026-11-20T00:00:00Z')).toEqual([{ field: 'endExecTime', operator: 'gte', values: ['2026-11-20T00:00:00.000Z'] }]);
  });

  it('is else a number or a part of a name, also with a sign in it', () => {
    expect(typed('88213')).toEqual([{ field: 'jobId', operator: 'eq', values: [88213] }]);
    expect(typed('fit')).toEqual([{ field: 'jobName', operator: 'like', values: ['*fit*'] }]);
    expect(typed('alpha=3')).toEqual([{ field: 'jobName', operator: 'like', values: ['*alpha=3*'] }]);
    expect(typed('   ')).toEqual([]);
  });

  it('is refused with the remedy when it cannot be meant', () => {
    expect(typed('id=seven')).toMatch(/whole number/);
    expect(typed('age<soon')).toMatch(/30m, 6h or 2d/);
    expect(typed('submitted>=yesterday')).toMatch(/2026-11-22/);
    expect(typed('state<Failed')).toMatch(/is a text/);
    expect(typed('id~7*')).toMatch(/is a number/);
    expect(typed('site=')).toMatch(/Write a value/);
  });

  it('makes only conditions that the contract knows', () => {
    const values: Record<string, string> = { jobId: '7', priority: '3' };
    for (const field of filterFields) {
      for (const operator of operatorsOf(field)) {
        const parsed: Parsed = toCondition(field, operator, values[field] ?? (field.endsWith('Time') ? '2026-11-22T10:00' : 'x'));
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
