/**
 * <ma-menu><details><summary>…</summary> … </details></ma-menu>
 *
 * Opens and closes without this file; adds Escape, a click elsewhere, and arrow keys between the entries.
 */
import { define } from "../page/define";

class MaMenu extends HTMLElement {
  private readonly away = (event: Event): void => {
    if (event.target instanceof Node && !this.contains(event.target)) this.close();
  };

  connectedCallback(): void {
    this.addEventListener("keydown", this.onKey);
    document.addEventListener("click", this.away);
    document.addEventListener("focusin", this.away);
  }

  disconnectedCallback(): void {
    this.removeEventListener("keydown", this.onKey);
    document.removeEventListener("click", this.away);
    document.removeEventListener("focusin", this.away);
  }

  private get details(): HTMLDetailsElement | null {
    return this.querySelector("details");
  }

  private close(): void {
    this.details?.removeAttribute("open");
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.details?.open) return;
    if (event.key === "Escape") {
      this.close();
      this.querySelector("summary")?.focus();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    }
  };

  private step(by: number): void {
    const entries = [...this.querySelectorAll<HTMLElement>("details > :not(summary) :is(a, button)")];
    const here = entries.indexOf(document.activeElement as HTMLElement);
    const next = here === -1 && by === -1 ? entries.length - 1 : here + by;
    entries.at(next % Math.max(entries.length, 1))?.focus();
  }
}

export function defineMenu(): void {
  define("ma-menu", MaMenu);
}
