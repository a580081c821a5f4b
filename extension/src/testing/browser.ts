// What jsdom lacks and JupyterLab's packages ask for when they are loaded. Import this before them.
class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
const missing: Record<string, unknown> = {
  ResizeObserver: Observer,
  DragEvent: class extends Event {},
  matchMedia: () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }),
  requestIdleCallback: (callback: () => void) => setTimeout(callback, 0),
  cancelIdleCallback: (id: number) => clearTimeout(id),
};
for (const [name, value] of Object.entries(missing)) {
  if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });
}

/** An IntersectionObserver that a test scrolls: `scrollTo(node, true)` brings it into view. */
const observers = new Map<Element, IntersectionObserverCallback>();
class ScrolledObserver extends Observer {
  readonly #callback: IntersectionObserverCallback;
  constructor(callback: IntersectionObserverCallback) {
    super();
    this.#callback = callback;
  }
  override observe(node?: Element): void {
    if (node) observers.set(node, this.#callback);
  }
}
Object.assign(globalThis, { IntersectionObserver: ScrolledObserver });

export function scrollTo(node: Element, inView: boolean): void {
  observers.get(node)?.([{ isIntersecting: inView } as IntersectionObserverEntry], {} as IntersectionObserver);
}
