import { useEffect, useState, type RefObject } from 'react';

/** Rows beyond the edges, so that quick scrolling shows no holes. */
const overscan = 6;

/** Which rows of a fixed height are in view: `[first, last)`. */
export function windowOf(scrollTop: number, heightPx: number, rowPx: number, count: number): [first: number, last: number] {
  const first = Math.max(0, Math.floor(scrollTop / rowPx) - overscan);
  const last = Math.min(count, Math.ceil((scrollTop + heightPx) / rowPx) + overscan);
  return [Math.min(first, last), last];
}

/** Follows the scrolling and the size of a scrolling element. */
export function useWindow(scroller: RefObject<HTMLElement>, rowPx: number, count: number): [first: number, last: number] {
  const [place, setPlace] = useState({ top: 0, height: 0 });
  const there = count > 0;
  useEffect(() => {
    const node = scroller.current;
    if (node === null) return undefined;
    const look = () => setPlace({ top: node.scrollTop, height: node.clientHeight });
    const sizes = new ResizeObserver(look);
    sizes.observe(node);
    node.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      sizes.disconnect();
      node.removeEventListener('scroll', look);
    };
  }, [scroller, there]);
  return windowOf(place.top, place.height, rowPx, count);
}
