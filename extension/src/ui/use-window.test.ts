import { windowOf } from './use-window';

it.each([
  // At the top, in the middle, at the end, and when rows have gone since.
  [0, 260, 50, [0, 16]],
  [520, 260, 50, [14, 36]],
  [1040, 260, 50, [34, 50]],
  [1040, 260, 10, [10, 10]],
  [0, 260, 0, [0, 0]],
])('scrolled to %d px with %d px of height, %d rows of 26 px: %j', (top, height, count, expected) => {
  expect(windowOf(top, height, 26, count)).toEqual(expected);
});
