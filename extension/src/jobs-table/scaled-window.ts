export const rowPx = 26;
/** Browsers cap an element's height (Firefox 8.9 M px, others 16–33 M); past this the scroll bar stands for more rows than pixels. */
export const tallestPx = 5_000_000;
export const mostRowsInPage = 60;
const overscan = 6;

export interface Place {
  /** Height of the scrolled element. */
  heightPx: number;
  /** Rows in the page: `[first, last)`. */
  first: number;
  last: number;
  /** Of these, what is at least partly in view. */
  seen: [first: number, last: number];
  topOf(index: number): number;
  /** Where to scroll so that a row is wholly in view; the same place when it is. */
  reveal(index: number): number;
}

/** Which rows of a list of any length are in view, and where they lie. Pure. */
export function placeRows(scrollTopPx: number, viewPx: number, count: number): Place {
  const fullPx = count * rowPx;
  const heightPx = Math.min(fullPx, tallestPx);
  const isScaled = fullPx > tallestPx;
  // Where the view begins in the full list.
  const ratio = isScaled ? (fullPx - viewPx) / (heightPx - viewPx) : 1;
  const fullTopPx = Math.min(scrollTopPx * ratio, Math.max(0, fullPx - viewPx));
  const seen = Math.ceil(viewPx / rowPx) + 1;
  const beyond = Math.max(0, Math.min(overscan, Math.floor((mostRowsInPage - seen) / 2)));
  const first = Math.max(0, Math.floor(fullTopPx / rowPx) - beyond);
  const last = Math.min(count, Math.floor(fullTopPx / rowPx) + seen + beyond);
  return {
    heightPx,
    first: Math.min(first, last),
    last,
    seen: [Math.min(count, Math.floor(fullTopPx / rowPx)), Math.min(count, Math.ceil((fullTopPx + viewPx) / rowPx))],
    topOf: (index) => (isScaled ? scrollTopPx + index * rowPx - fullTopPx : index * rowPx),
    reveal: (index) => {
      const top = index * rowPx;
      if (top < fullTopPx) return top / ratio;
      if (top + rowPx > fullTopPx + viewPx) return (top + rowPx - viewPx) / ratio;
      return scrollTopPx;
    },
  };
}
