/**
 * <ma-chart kind="line|area|bar|stacked|donut" label="…">
 *   <script type="application/json">{"labels": […], "series": [{"name", "values", "tone"}], "unit": ""}</script>
 *   <div class="chart-drawing" aria-hidden="true"></div> <div class="visually-hidden"><table>…</table></div>
 * </ma-chart>
 *
 * The table beside it carries the same numbers for those who cannot see the picture. Emits `chart-drawn`.
 */
import { define } from "../page/define";
import { readJson } from "../page/json";
import type { Drawing } from "./chart/draw";
import type { Chart, ChartKind } from "./chart/options";

class MaChart extends HTMLElement {
  private drawing: Drawing | null = null;
  private readonly scheme = window.matchMedia("(prefers-color-scheme: dark)");
  private readonly redraw = (): void => this.drawing?.redraw();

  connectedCallback(): void {
    document.addEventListener("theme-changed", this.redraw);
    this.scheme.addEventListener("change", this.redraw);
    void this.start();
  }

  disconnectedCallback(): void {
    document.removeEventListener("theme-changed", this.redraw);
    this.scheme.removeEventListener("change", this.redraw);
    this.drawing?.remove();
    this.drawing = null;
  }

  private async start(): Promise<void> {
    const { draw } = await import("./chart/draw");
    const place = this.querySelector<HTMLElement>(".chart-drawing");
    const chart = readJson<Chart>(this);
    if (!this.isConnected || !place || !chart || this.drawing) return;
    this.drawing = draw(place, (this.getAttribute("kind") ?? "line") as ChartKind, chart);
    this.dispatchEvent(new CustomEvent("chart-drawn", { bubbles: true }));
  }
}

export function defineChart(): void {
  define("ma-chart", MaChart);
}
