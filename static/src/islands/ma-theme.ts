/**
 * <ma-theme><button type="button" value="light|dark|" aria-pressed="…">…</button>…</ma-theme>
 *
 * Sets `data-theme` on the page and the cookie `theme`; value "" follows the system. Emits `theme-changed` on document.
 */
import { keepChoice } from "../page/cookies";
import { define } from "../page/define";

class MaTheme extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", this.choose);
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.choose);
  }

  private readonly choose = (event: Event): void => {
    const chosen = event.target instanceof Element ? event.target.closest("button") : null;
    if (!chosen) return;
    if (chosen.value) document.documentElement.dataset.theme = chosen.value;
    else delete document.documentElement.dataset.theme;
    keepChoice("theme", chosen.value);
    for (const button of this.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    document.dispatchEvent(new CustomEvent("theme-changed"));
  };
}

export function defineTheme(): void {
  define("ma-theme", MaTheme);
}
