/**
 * <ma-sortable data-up="Move up" data-down="Move down"><ul><li>…</li></ul></ma-sortable>
 *
 * Gives every entry two buttons that move it; Alt and arrow keys do the same. The form around sends the new order,
 * because it sends its fields as they stand. Without this file the order stays. Emits `sorted`.
 */
import { define } from "../page/define";

export class MaSortable extends HTMLElement {
  connectedCallback(): void {
    for (const entry of this.entries) {
      if (!entry.querySelector(".sort-move")) entry.append(this.moves());
    }
    this.addEventListener("click", this.onClick);
    this.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.onClick);
    this.removeEventListener("keydown", this.onKey);
  }

  private get entries(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("li")];
  }

  private moves(): HTMLElement {
    const group = document.createElement("span");
    group.className = "sort-move";
    group.append(this.button("-1", "↑", this.dataset.up), this.button("1", "↓", this.dataset.down));
    return group;
  }

  private button(by: string, sign: string, label = ""): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-sm button-icon";
    button.dataset.by = by;
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.title = label;
    return button;
  }

  private readonly onClick = (event: Event): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-by]") : null;
    const entry = button?.closest<HTMLElement>("li");
    if (!button || !entry) return;
    this.move(entry, Number(button.dataset.by));
    button.focus();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const entry = event.target instanceof Element ? event.target.closest<HTMLElement>("li") : null;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!entry || !by || !event.altKey) return;
    event.preventDefault();
    const focused = document.activeElement;
    this.move(entry, by);
    if (focused instanceof HTMLElement) focused.focus();
  };

  private move(entry: HTMLElement, by: number): void {
    const entries = this.entries;
    const other = entries[entries.indexOf(entry) + by];
    if (!other) return;
    if (by < 0) other.before(entry);
    else other.after(entry);
    this.dispatchEvent(new CustomEvent("sorted", { bubbles: true }));
  }
}

export function defineSortable(): void {
  define("ma-sortable", MaSortable);
}
