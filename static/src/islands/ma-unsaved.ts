/** <ma-unsaved><form>…</form></ma-unsaved> asks before leaving a form that was changed and not sent. */
import { define } from "../page/define";

export class MaUnsaved extends HTMLElement {
  private changed = false;

  private readonly ask = (event: BeforeUnloadEvent): void => {
    if (this.changed) event.preventDefault();
  };

  private readonly touch = (): void => {
    this.changed = true;
  };

  private readonly settle = (): void => {
    this.changed = false;
  };

  connectedCallback(): void {
    this.addEventListener("input", this.touch);
    this.addEventListener("change", this.touch);
    this.addEventListener("submit", this.settle);
    window.addEventListener("beforeunload", this.ask);
  }

  disconnectedCallback(): void {
    this.removeEventListener("input", this.touch);
    this.removeEventListener("change", this.touch);
    this.removeEventListener("submit", this.settle);
    window.removeEventListener("beforeunload", this.ask);
  }
}

export function defineUnsaved(): void {
  define("ma-unsaved", MaUnsaved);
}
