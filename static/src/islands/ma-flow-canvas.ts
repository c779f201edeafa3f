/**
 * <ma-flow-canvas label="…" words='{"waiting": "…", …}'>
 *   <script type="application/json">{"start", "steps": {id: {"type", "icon", "title", "text", "panel"}},
 *     "edges": [{"from", "to", "label"}], "counts": {id: {"waiting", "entered", "left", "failed", "skipped"}}}</script>
 *   <div class="flow-drawing"></div>
 *   <ol class="flow-list"><li><button data-step="id">…</button></li></ol>
 * </ma-flow-canvas>
 *
 * New numbers on the page, `<script type="application/json" id="flow-counts-now">{id: counts}</script>`, are shown at once,
 * the picture staying where it is. Without this file the list is the page. Emits `node-selected` with {id}; a step's `panel` is loaded into #flow-panel.
 */
import htmx from "htmx.org";
import { define } from "../page/define";
import { parseJson, readJson } from "../page/json";
import type { Drawing, Words } from "./flow/draw";
import type { Counts, Graph } from "./flow/layout";

type AllWords = Words & Record<"list" | "canvas", string>;

class MaFlowCanvas extends HTMLElement {
  private drawing: Drawing | null = null;
  private chosen = "";

  connectedCallback(): void {
    this.addEventListener("click", this.onListClick);
    document.addEventListener("htmx:afterSwap", this.onSwap);
    void this.start();
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.onListClick);
    document.removeEventListener("htmx:afterSwap", this.onSwap);
    this.querySelector(".flow-switch")?.remove();
    this.drawing?.remove();
    this.drawing = null;
  }

  private async start(): Promise<void> {
    const { draw } = await import("./flow/draw");
    const place = this.querySelector<HTMLElement>(".flow-drawing");
    const graph = readJson<Graph>(this);
    if (!this.isConnected || !place || !graph || this.drawing) return;
    const words = JSON.parse(this.getAttribute("words") ?? "{}") as AllWords;
    this.dataset.view = "canvas";
    this.prepend(this.switcher(words));
    this.drawing = draw(place, graph, words, (id) => this.select(id, graph.steps[id]?.panel));
  }

  private switcher(words: AllWords): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary button-sm flow-switch";
    button.textContent = words.list;
    button.addEventListener("click", () => {
      const list = this.dataset.view === "canvas";
      this.dataset.view = list ? "list" : "canvas";
      button.textContent = list ? words.canvas : words.list;
    });
    return button;
  }

  private readonly onSwap = (): void => {
    const counts = parseJson<Record<string, Counts>>(document.getElementById("flow-counts-now"));
    if (counts) this.drawing?.update(counts);
  };

  private readonly onListClick = (event: Event): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-step]") : null;
    // The list's own hx-get loads the panel.
    if (button?.dataset.step) this.select(button.dataset.step);
  };

  private select(id: string, panel?: string): void {
    if (id === this.chosen) return;
    this.chosen = id;
    for (const button of this.querySelectorAll<HTMLElement>("[data-step]")) {
      button.setAttribute("aria-pressed", String(button.dataset.step === id));
    }
    if (panel) void htmx.ajax("get", panel, { target: "#flow-panel", swap: "innerHTML" });
    this.dispatchEvent(new CustomEvent("node-selected", { detail: { id }, bubbles: true }));
  }
}

export function defineFlowCanvas(): void {
  define("ma-flow-canvas", MaFlowCanvas);
}
