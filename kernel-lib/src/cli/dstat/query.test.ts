import { finalStatuses, jobStatuses } from '@diraclab/contract';
import { conditionsOf, isAboutMe, isQuery, readQuery as read, readSort } from './query';

let notes: string[] = [];
const readQuery = (words: string[]) => read(words, (line) => notes.push(line));

const now = new Date('2026-11-22T12:34:56.000Z');
const since = (instant: string) => ({ field: 'lastUpdateTime', operator: 'gte', values: [instant] });
const mine = { field: 'owner', operator: 'eq', values: ['alice'] };

describe('what dstat asks for', () => {
  it('without options: my jobs that are not final, of the last ten days, counted from midnight UTC', () => {
    const states = jobStatuses.filter((status) => !finalStatuses.includes(status));
    expect(conditionsOf({}, 'alice', false, now)).toEqual([
      { field: 'status', operator: 'in', values: states },
      mine,
      since('2026-11-12T00:00:00.000Z'),
    ]);
    expect(isAboutMe({})).toBe(true);
  });

  it('-a, -S all and -S', () => {
    expect(conditionsOf({ StatusAll: true }, 'alice', false, now)).toEqual([mine, since('2026-11-12T00:00:00.000Z')]);
    expect(conditionsOf({ Status: 'ALL' }, 'alice', false, now)).toEqual([mine, since('2026-11-12T00:00:00.000Z')]);
    expect(conditionsOf({ Status: 'done, Failed' }, 'alice', false, now)[0]).toEqual({
      field: 'status',
      operator: 'in',
      values: ['Done', 'Failed'],
    });
    expect(() => conditionsOf({ Status: 'Dnoe' }, 'alice', false, now)).toThrow('There is no state "Dnoe". Did you mean Done?');
  });

  it('-u, -g, -n and -D', () => {
    expect(conditionsOf({ User: '*', StatusAll: true, JobGroup: 'fit*', JobName: 'x', JobDate: '0' }, '', false, now)).toEqual([
      { field: 'jobGroup', operator: 'like', values: ['fit*'] },
      { field: 'jobName', operator: 'eq', values: ['x'] },
      since('2026-11-22T00:00:00.000Z'),
    ]);
    expect(conditionsOf({ User: 'bob', StatusAll: true }, '', false, now)[0]).toEqual({ field: 'owner', operator: 'eq', values: ['bob'] });
    expect(() => conditionsOf({ JobDate: 'ten' }, 'alice', false, now)).toThrow('-D takes a number of days');
  });

  it('with ids: those, in any state and of any age, unless something else was asked for', () => {
    expect(conditionsOf({}, '', true, now)).toEqual([]);
    expect(conditionsOf({ Status: 'Done' }, '', true, now)).toEqual([{ field: 'status', operator: 'in', values: ['Done'] }]);
    expect(conditionsOf({ JobDate: '1' }, '', true, now)).toEqual([since('2026-11-21T00:00:00.000Z')]);
  });

  it('a query: what it says and no more, of mine unless it names an owner', () => {
    const asked = readQuery(['state=Failed', 'site=CYF*']);
    expect(conditionsOf({}, 'alice', false, now, asked)).toEqual([...asked, mine]);
    expect(conditionsOf({ User: '*', JobGroup: 'g' }, '', false, now, asked)).toEqual([
      ...asked,
      { field: 'jobGroup', operator: 'eq', values: ['g'] },
    ]);
    expect(conditionsOf({ JobDate: '0' }, 'alice', false, now, asked)).toEqual([...asked, since('2026-11-22T00:00:00.000Z'), mine]);
    expect([isAboutMe({}, readQuery(['owner=bob'])), isAboutMe({}, asked)]).toEqual([false, true]);
    expect([isQuery(['881-903', '@file', '-']), isQuery(['881', 'state=Done'])]).toEqual([false, true]);
  });

  it('a mistyped query shows the place', () => {
    notes = [];
    expect(() => readQuery(['state=Failed', 'sitee=A'])).toThrow('There is no key "sitee". Did you mean site? (column 14)');
    expect(notes).toEqual(['  state=Failed sitee=A', '               ^^^^^']);
    expect(readSort('submitted:desc')).toEqual({ field: 'submissionTime', direction: 'desc' });
    expect(() => readSort('submited')).toThrow('There is no "submited" for this. Did you mean submitted?');
    expect(() => readSort('age')).toThrow('There is no "age" for this.');
  });
});
