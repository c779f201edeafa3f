import { VisibleClock } from "./clock";
import { FIRST_PULSE_MS, LAST_PULSE_MS } from "./limits";
import type { Json, PageFacts } from "./messages";

/** One look at one page: from its page view to the next page, with visible time and scroll depth. */
export class View {
  readonly facts: PageFacts;
  readonly clock: VisibleClock;
  /** Message id of its page view. */
  id = "";
  #win: Window;
  #deepest = 0;
  #pulse = FIRST_PULSE_MS;

  constructor(win: Window, facts: PageFacts) {
    this.#win = win;
    this.facts = facts;
    this.clock = new VisibleClock(() => win.performance.now());
    if (win.document.visibilityState !== "hidden") this.clock.show();
    this.scrolled();
  }

  scrolled(): void {
    this.#deepest = Math.max(this.#deepest, this.#win.scrollY + this.#win.innerHeight);
  }

  /** True now and then while somebody reads on: time to report before the end. */
  pulsed(): boolean {
    if (this.clock.peek() < this.#pulse) return false;
    this.#pulse = Math.min(this.#pulse * 2, LAST_PULSE_MS);
    return true;
  }

  /** New visible time since the last report and the depth so far (0–100); null when nothing was seen since. */
  left(): Json | null {
    const ms = this.clock.take();
    if (!ms) return null;
    const height = this.#win.document.documentElement.scrollHeight || 1;
    const scroll = Math.min(100, Math.round((100 * this.#deepest) / height));
    return { visible_ms: ms, scroll, view: this.id };
  }
}
