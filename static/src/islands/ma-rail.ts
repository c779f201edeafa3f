/** <ma-rail><button aria-pressed="false">…</button></ma-rail> folds the left rail and remembers it in the cookie `rail`. */
import { keepChoice } from "../page/cookies";
import { define } from "../page/define";

class MaRail extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", this.toggle);
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.toggle);
  }

  private readonly toggle = (): void => {
    const root = document.documentElement;
    const fold = root.dataset.rail !== "folded";
    if (fold) root.dataset.rail = "folded";
    else delete root.dataset.rail;
    keepChoice("rail", fold ? "folded" : "");
    this.querySelector("button")?.setAttribute("aria-pressed", String(fold));
  };
}

export function defineRail(): void {
  define("ma-rail", MaRail);
}
