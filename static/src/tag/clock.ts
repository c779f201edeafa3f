/** Milliseconds without any sign of a person after which the clock stands still. */
export const IDLE_MS = 30_000;

/**
 * Visible time: counts only while the page is shown and somebody was active in the last `IDLE_MS`.
 *
 * No timers inside: time is settled whenever something happens, so a sleeping laptop or a
 * throttled background tab cannot add to it.
 */
export class VisibleClock {
  #now: () => number;
  #shown = false;
  #mark = 0;
  #last = 0;
  #total = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The page came on screen; counts as a sign of a person. */
  show(): void {
    this.active();
    this.#shown = true;
  }

  hide(): void {
    this.#settle();
    this.#shown = false;
  }

  /** A sign of a person: pointer, key, scroll, touch. */
  active(): void {
    this.#settle();
    this.#last = this.#mark;
  }

  /** Whole milliseconds counted since the last take, without taking them. */
  peek(): number {
    this.#settle();
    return Math.floor(this.#total);
  }

  /** As `peek`, and the next take starts from here. */
  take(): number {
    const ms = this.peek();
    this.#total -= ms;
    return ms;
  }

  #settle(): void {
    const now = this.#now();
    if (this.#shown) this.#total += Math.max(0, Math.min(now, this.#last + IDLE_MS) - this.#mark);
    this.#mark = now;
  }
}
