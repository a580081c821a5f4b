import { mostRowsInPage, placeRows, rowPx, tallestPx } from './scaled-window';

describe('the window of rows', () => {
  it('has at most 60 rows in the page for any list', () => {
    for (const count of [0, 1, 59, 10_000, 1_000_000]) {
      for (const top of [0, 13, 100_000, tallestPx - 700]) {
        const { first, last } = placeRows(Math.min(top, count * rowPx), 700, count);
        expect(last - first).toBeLessThanOrEqual(mostRowsInPage);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(last).toBeLessThanOrEqual(count);
      }
    }
  });

  it('shows the last of a million rows at the end of a scroller that browsers can draw', () => {
    const view = 700;
    const place = placeRows(tallestPx - view, view, 1_000_000);
    expect(place.heightPx).toBe(tallestPx);
    expect(place.last).toBe(1_000_000);
    // Its last row ends where the scroller ends.
    expect(place.topOf(999_999) + rowPx).toBeCloseTo(tallestPx, 3);
  });

  it('reveals a row by the shortest way, and leaves alone what is in view', () => {
    expect(placeRows(0, 260, 100).reveal(5)).toBe(0);
    expect(placeRows(0, 260, 100).reveal(10)).toBe(rowPx);
    expect(placeRows(520, 260, 100).reveal(3)).toBe(3 * rowPx);
    const far = placeRows(0, 700, 1_000_000).reveal(500_000);
    const there = placeRows(far, 700, 1_000_000);
    expect(there.first <= 500_000 && 500_000 < there.last).toBe(true);
  });

  it('says what can be seen, not what is in the page', () => {
    expect(placeRows(260, 260, 100).seen).toEqual([10, 20]);
    expect(placeRows(0, 260, 3).seen).toEqual([0, 3]);
  });
});
