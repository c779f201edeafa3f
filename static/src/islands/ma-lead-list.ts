/**
 * <ma-lead-list data-cell-url="/leads/LEAD/cell/KEY">
 *   <a data-opens="drawer" …> · <input type="checkbox" data-all hidden> · <form id="bulk"><b data-chosen>0</b> … </form>
 *   <tr data-lead="lead_1" tabindex="-1"><td><input type="checkbox" form="bulk" name="lead" value="lead_1">…
 *     <td data-cell="owner">…</td></tr>
 * </ma-lead-list>
 *
 * The list by keyboard (j k x e / ? Enter), ticks counted, cells changed where they stand. Survives its table being
 * swapped: everything is heard here. Emits `lead-ticks` with {count}.
 */
import htmx from "htmx.org";
import { define } from "../page/define";

type Deed = (row: HTMLElement | null) => void;

export class MaLeadList extends HTMLElement {
  private lastTick: HTMLInputElement | null = null;

  connectedCallback(): void {
    this.addEventListener("click", this.onClick);
    this.addEventListener("change", this.onChange);
    this.addEventListener("keydown", this.onOwnKey);
    this.addEventListener("htmx:afterSwap", this.onSwap);
    document.addEventListener("keydown", this.onKey);
    this.prepare();
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.onClick);
    this.removeEventListener("change", this.onChange);
    this.removeEventListener("keydown", this.onOwnKey);
    this.removeEventListener("htmx:afterSwap", this.onSwap);
    document.removeEventListener("keydown", this.onKey);
  }

  private get rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("tr[data-lead]")];
  }

  private get ticks(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('input[name="lead"]')];
  }

  private here(): HTMLElement | null {
    return document.activeElement?.closest<HTMLElement>("tr[data-lead]") ?? null;
  }

  private prepare(): void {
    const all = this.querySelector<HTMLInputElement>("[data-all]");
    if (all) all.hidden = false;
    this.count();
  }

  private readonly onSwap = (event: Event): void => {
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.matches("td[data-cell]")) {
      const field = target.querySelector<HTMLElement>("[autofocus]");
      (field ?? target.closest<HTMLElement>("tr"))?.focus();
    } else this.prepare();
  };

  private readonly onClick = (event: Event): void => {
    const at = event.target instanceof Element ? event.target : null;
    const opener = at?.closest<HTMLElement>("[data-opens]");
    const dialog = opener ? document.getElementById(opener.dataset.opens ?? "") : null;
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (at?.matches('input[name="lead"]')) this.tickRange(at as HTMLInputElement, event as MouseEvent);
    const cell = at?.closest<HTMLElement>("td[data-cell]");
    if (cell && !at?.closest("a, button, input, select, form")) this.edit(cell);
  };

  /** With shift, everybody between the last tick and this one. */
  private tickRange(tick: HTMLInputElement, event: MouseEvent): void {
    const from = this.lastTick ? this.ticks.indexOf(this.lastTick) : -1;
    const to = this.ticks.indexOf(tick);
    if (event.shiftKey && from >= 0) {
      for (const one of this.ticks.slice(Math.min(from, to), Math.max(from, to) + 1))
        one.checked = tick.checked;
    }
    this.lastTick = tick;
    this.count();
  }

  private readonly onChange = (event: Event): void => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    if (box.matches("[data-all]")) for (const tick of this.ticks) tick.checked = box.checked;
    this.count();
  };

  private count(): void {
    const ticks = this.ticks;
    const chosen = ticks.filter((tick) => tick.checked).length;
    for (const tick of ticks) tick.closest("tr")?.setAttribute("aria-selected", String(tick.checked));
    const all = this.querySelector<HTMLInputElement>("[data-all]");
    if (all) {
      all.checked = chosen > 0 && chosen === ticks.length;
      all.indeterminate = chosen > 0 && chosen < ticks.length;
    }
    const shown = this.querySelector("[data-chosen]");
    if (shown) shown.textContent = String(chosen);
    const everybody = this.querySelector<HTMLInputElement>('input[name="everybody"]');
    this.querySelector("#bulk")?.toggleAttribute("data-on", chosen > 0 || everybody?.checked === true);
    this.dispatchEvent(new CustomEvent("lead-ticks", { detail: { count: chosen }, bubbles: true }));
  }

  private readonly deeds: Record<string, Deed> = {
    j: (row) => this.step(row, 1),
    k: (row) => this.step(row, -1),
    x: (row) => row?.querySelector<HTMLInputElement>('input[name="lead"]')?.click(),
    e: (row) => this.edit(row?.querySelector<HTMLElement>("td[data-cell]") ?? null),
    "/": () => this.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
    "?": () => this.help(),
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const row = this.here();
    if (event.key === "Enter" && row && row === document.activeElement) {
      row.querySelector<HTMLElement>(".cell-link")?.click();
      return;
    }
    const deed = this.deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed(row);
  };

  /** Inside a cell's form: Escape leaves it, Tab keeps the value and goes on to the next cell. */
  private readonly onOwnKey = (event: KeyboardEvent): void => {
    const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>(".cell-form") : null;
    if (!form) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      form.querySelector<HTMLElement>("[data-cancel]")?.click();
    }
    if (event.key !== "Tab" || event.shiftKey || event.target instanceof HTMLButtonElement) return;
    const cells = [...(form.closest("tr")?.querySelectorAll<HTMLElement>("td[data-cell]") ?? [])];
    const next = cells[cells.indexOf(form.closest("td") as HTMLElement) + 1];
    if (!next) return;
    event.preventDefault();
    form.requestSubmit();
    this.edit(next);
  };

  private step(row: HTMLElement | null, by: number): void {
    const rows = this.rows;
    const next = row ? rows[rows.indexOf(row) + by] : rows[0];
    next?.focus();
    next?.scrollIntoView?.({ block: "nearest" });
  }

  private edit(cell: HTMLElement | null): void {
    const lead = cell?.closest<HTMLElement>("tr[data-lead]")?.dataset.lead;
    const url = this.dataset.cellUrl;
    if (!cell || !lead || !url || cell.querySelector("form")) return;
    const path = url.replace("LEAD", lead).replace("KEY", encodeURIComponent(cell.dataset.cell ?? ""));
    void htmx.ajax("get", path, { target: cell, swap: "innerHTML" });
  }

  private help(): void {
    const dialog = this.querySelector<HTMLDialogElement>("#list-keys");
    dialog?.showModal();
  }
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const box = target instanceof HTMLInputElement && target.type === "checkbox";
  return !box && (target.isContentEditable || target.matches("input, textarea, select"));
}

export function defineLeadList(): void {
  define("ma-lead-list", MaLeadList);
}
