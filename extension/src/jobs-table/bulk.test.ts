import '../testing/browser';
import { jobStatuses, Selection } from '@diraclab/contract';
import { anOperation } from '../testing/session';
import { ask, eligible, mayAct, outcome, typedAbove } from './bulk';
import { isNumber } from './confirm';
import { everything, extend, isPicked, nothing, only, pickedCount, renew, statesOf, toggle, toSelection } from './picked';

const rows = [
  { jobId: 1, status: 'Waiting' },
  { jobId: 2, status: 'Done' },
] as const;

describe('what is selected', () => {
  it('is a query when it is all, and never the rows', () => {
    const where = [{ field: 'status', operator: 'in', values: ['Waiting'] }] as const;
    expect(toSelection(everything, [{ ...where[0], values: ['Waiting'] }])).toEqual({ where });
    const without = toggle(everything, { jobId: 7, status: 'Waiting' });
    expect(toSelection(without, [])).toEqual({ where: [{ field: 'jobId', operator: 'notIn', values: [7] }] });
    expect(pickedCount(without, 10_000)).toBe(9_999);
    expect(isPicked(without, 7)).toBe(false);
    expect(isPicked(without, 8)).toBe(true);
  });

  it('is always something that the server takes', () => {
    for (const picked of [everything, only(rows), toggle(everything, rows[0])])
      expect(Selection.safeParse(toSelection(picked, [])).success).toBe(true);
  });

  it('is ids when they were picked one by one', () => {
    const picked = toggle(extend(nothing, rows), rows[1]);
    expect(toSelection(picked, [])).toEqual({ jobIds: [1] });
    expect(pickedCount(picked, 10_000)).toBe(1);
  });

  it('knows its states, also when they change meanwhile', () => {
    expect(statesOf(only(rows), {})).toEqual({ Waiting: 1, Done: 1 });
    expect(statesOf(renew(only(rows), [{ jobId: 1, status: 'Killed' }]), {})).toEqual({ Killed: 1, Done: 1 });
    expect(statesOf(toggle(everything, rows[1]), { Done: 5, Waiting: 2 })).toEqual({ Done: 4, Waiting: 2 });
  });
});

describe('an act on many', () => {
  it('counts those whose state allows it', () => {
    const counts = { Waiting: 4194, Running: 118, Done: 88 };
    expect([eligible('kill', counts), eligible('reschedule', counts), eligible('delete', counts)]).toEqual([4312, 88, 4282]);
    expect(jobStatuses.filter(mayAct.delete)).not.toContain('Running');
  });

  it('asks with the numbers and states, and from a size on for the number to be typed', () => {
    expect(ask('kill', { Waiting: 4194, Running: 118, Done: 88 })).toEqual({
      title: 'Kill 4,312 jobs?',
      sentences: [
        '118 Running, 4,194 Waiting.',
        'Left as they are: 88 Done.',
        'What the running ones have computed so far is lost, unless it is in their output.',
      ],
      confirm: 'Kill 4,312 jobs',
      typed: 4312,
    });
    expect(ask('kill', { Waiting: typedAbove })?.typed).toBeUndefined();
    expect(ask('kill', { Done: 3 })).toBeUndefined();
    expect(isNumber(' 4,312', 4312) && isNumber('4312', 4312)).toBe(true);
    expect(isNumber('', 4312) || isNumber('431', 4312)).toBe(false);
  });

  it('sums up refusals by their reasons', () => {
    const refusals = [
      { reason: 'it is Done', count: 2, jobIds: [3, 4] },
      { reason: 'there is no such job', count: 1, jobIds: [5] },
    ];
    expect(outcome(anOperation({ accepted: 2, refused: 3, refusals }))).toBe(
      '2 jobs killed, 3 refused: 2 because it is Done (such as 3); 1 because there is no such job (such as 5).',
    );
    expect(outcome(anOperation({ act: 'delete', accepted: 1 }))).toBe('1 job deleted.');
    expect(outcome(anOperation({ state: 'Undone' }))).toBe('Taken back: no job was changed.');
    expect(outcome(anOperation({ state: 'Cancelled', accepted: 1000 }))).toBe('1,000 jobs killed, then cancelled.');
  });
});
