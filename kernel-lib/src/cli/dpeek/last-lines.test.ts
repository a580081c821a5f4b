import { lastLines } from './last-lines';

describe('the last lines of a text', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\n\n\n', 2, '\n\n'],
    ['a\nb', 5, 'a\nb'],
    ['', 3, ''],
    ['a\n', 0, ''],
  ])('of %j, %i', (text, count, expected) => {
    expect(lastLines(text, count)).toBe(expected);
  });
});
