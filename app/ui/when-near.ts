type Callback = () => void;

/** What came near in one moment is answered in portions, with the browser's own work in between: drawing all at once would hold up keys. */
const PORTION = 20;

/** One observer for all elements with one margin: thousands of observers would cost more than they save. */
class Watch {
  #callbacks = new Map<Element, Callback>();
  #due: Callback[] = [];
  #running = false;
  #observer: IntersectionObserver;

  constructor(rootMargin: string) {
    this.#observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin });
  }

  add(element: Element, callback: Callback): () => void {
    this.#callbacks.set(element, callback);
    this.#observer.observe(element);
    return () => this.#forget(element);
  }

  #forget(element: Element): void {
    this.#callbacks.delete(element);
    this.#observer.unobserve(element);
  }

  #see(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const callback = isIntersecting && this.#callbacks.get(target);
      if (!callback) continue;
      this.#forget(target);
      this.#due.push(callback);
    }
    if (!this.#running) this.#run();
  }

  #run(): void {
    for (const callback of this.#due.splice(0, PORTION)) callback();
    this.#running = this.#due.length > 0;
    if (this.#running) setTimeout(() => this.#run());
  }
}

const watches = new Map<string, Watch>();

/** Calls back, once, when an element comes within `margin` of the window ("300px 0px"). Returns what ends the waiting. */
export function whenNear(element: Element, margin: string, callback: Callback): () => void {
  const watch = watches.get(margin) ?? new Watch(margin);
  watches.set(margin, watch);
  return watch.add(element, callback);
}
