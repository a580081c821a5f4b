import { age, duration } from './times';

const now = Date.parse('2026-11-23T12:00:00.000Z');
it.each([
  ['2026-11-23T11:59:01.000Z', 'now'],
  ['2026-11-23T11:55:00.000Z', '5 min'],
  ['2026-11-22T13:00:00.000Z', '23 h'],
  ['2026-11-13T12:00:00.000Z', '10 d'],
  // A clock that runs ahead must not show a negative age.
  ['2026-11-23T12:00:09.000Z', 'now'],
  ['', ''],
])('a job of %s is %s old at noon', (instant, said) => expect(age(instant, now)).toBe(said));

it.each([
  [2340, '2.3 s'],
  [45_000, '45 s'],
  [245_000, '4 min 5 s'],
  [12_000_000, '3 h 20 min'],
])('%d ms is %s', (ms, said) => expect(duration(ms)).toBe(said));
