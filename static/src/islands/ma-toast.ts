/**
 * <ma-toast data-close="Close" data-undo="Undo" role="status" aria-live="polite">…server-drawn toasts…</ma-toast>
 *
 * Shows what an answer sends as `HX-Trigger: {"toast": {"text", "tone", "undo"}}`. `undo` is a URL, posted to.
 * Toasts leave by themselves, but not while read (pointer or focus inside).
 */
import { define } from "../page/define";

const STAYS_MS = 6000;

interface Notice {
  text: string;
  tone?: string;
  undo?: string;
}

class MaToast extends HTMLElement {
  private readonly onNotice = (event: Event): void => {
    this.show((event as CustomEvent<Notice>).detail);
  };

  connectedCallback(): void {
    document.addEventListener("toast", this.onNotice);
    this.addEventListener("click", this.onClick);
    for (const toast of this.querySelectorAll<HTMLElement>(".toast")) this.leaveLater(toast);
  }

  disconnectedCallback(): void {
    document.removeEventListener("toast", this.onNotice);
    this.removeEventListener("click", this.onClick);
  }

  private show(notice: Notice): void {
    const toast = document.createElement("div");
    toast.className = `toast toast-${notice.tone ?? "success"}`;
    const text = document.createElement("p");
    text.textContent = notice.text;
    toast.append(text, ...(notice.undo ? [this.undoButton(notice.undo)] : []), this.closeButton());
    this.append(toast);
    this.leaveLater(toast);
  }

  private undoButton(url: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-sm";
    button.textContent = this.dataset.undo ?? "Undo";
    button.addEventListener("click", () => void takeBack(url));
    return button;
  }

  private closeButton(): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-close";
    button.setAttribute("aria-label", this.dataset.close ?? "Close");
    button.textContent = "×";
    return button;
  }

  private readonly onClick = (event: Event): void => {
    if (event.target instanceof Element && event.target.closest(".toast-close")) {
      event.target.closest(".toast")?.remove();
    }
  };

  private leaveLater(toast: HTMLElement): void {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) this.leaveLater(toast);
      else toast.remove();
    }, STAYS_MS);
  }
}

async function takeBack(url: string): Promise<void> {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const answer = await fetch(url, { method: "POST", headers });
  if (answer.ok) location.reload();
}

export function defineToast(): void {
  define("ma-toast", MaToast);
}
