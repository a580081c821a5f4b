import { useLayoutEffect, useState, type RefObject } from 'react';

export interface Scroll {
  topPx: number;
  viewPx: number;
}

/** Follows where a scroller is and how high its view, without what sticks at its top. */
export function useScroll(scroller: RefObject<HTMLElement>, stuckPx: number): Scroll {
  const [scroll, setScroll] = useState<Scroll>({ topPx: 0, viewPx: 0 });
  useLayoutEffect(() => {
    const node = scroller.current;
    if (node === null) return undefined;
    const look = () => {
      const next = { topPx: node.scrollTop, viewPx: Math.max(0, node.clientHeight - stuckPx) };
      setScroll((old) => (old.topPx === next.topPx && old.viewPx === next.viewPx ? old : next));
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(node);
    node.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      sizes.disconnect();
      node.removeEventListener('scroll', look);
    };
  }, [scroller, stuckPx]);
  return scroll;
}
