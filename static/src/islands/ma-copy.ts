/**
 * <ma-copy value="text"><button data-copied="Copied">…</button></ma-copy>
 *
 * Copies `value`, or the `<pre>` of the figure it stands in. Emits `copied` with the text.
 */
import { define } from "../page/define";

const SHOWN_FOR_MS = 1600;

class MaCopy extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", this.copy);
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.copy);
  }

  private get text(): string {
    return this.getAttribute("value") ?? this.closest("figure")?.querySelector("pre")?.textContent ?? "";
  }

  private readonly copy = async (event: Event): Promise<void> => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    await navigator.clipboard.writeText(this.text);
    this.confirm(button);
    this.dispatchEvent(new CustomEvent("copied", { detail: this.text, bubbles: true }));
  };

  private confirm(button: HTMLButtonElement): void {
    const use = button.querySelector("use");
    const label = button.querySelector("span");
    const before = label?.textContent ?? "";
    use?.setAttribute("href", "#i-check");
    if (label) label.textContent = button.dataset.copied ?? before;
    setTimeout(() => {
      use?.setAttribute("href", "#i-copy");
      if (label) label.textContent = before;
    }, SHOWN_FOR_MS);
  }
}

export function defineCopy(): void {
  define("ma-copy", MaCopy);
}
