/** The heavy half of <ma-chart>: loaded when a chart is first seen. */
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type Chart, type ChartKind, optionsFor, type Palette, TONE_ORDER } from "./options";

echarts.use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Drawing {
  redraw: () => void;
  remove: () => void;
}

/** Draw into `place` and keep to its size; `redraw` reads the theme again. */
export function draw(place: HTMLElement, kind: ChartKind, chart: Chart): Drawing {
  const picture = echarts.init(place, null, { renderer: "svg" });
  const redraw = (): void => {
    picture.setOption(optionsFor(kind, chart, paletteOf(place), document.documentElement.lang || "ja"), true);
  };
  const watcher = new ResizeObserver(() => picture.resize());
  redraw();
  watcher.observe(place);
  const remove = (): void => {
    watcher.disconnect();
    picture.dispose();
  };
  return { redraw, remove };
}

function paletteOf(place: HTMLElement): Palette {
  const colour = resolver(place);
  const tones = Object.fromEntries(TONE_ORDER.map((tone) => [tone, colour(`--${tone}-solid`)]));
  return {
    text: colour("--text"),
    muted: colour("--muted"),
    line: colour("--line"),
    surface: colour("--raised"),
    font: getComputedStyle(place).fontFamily,
    tones,
  };
}

/** Tokens hold light-dark(…); only a used colour is resolved, so a probe wears each one for a moment. */
function resolver(place: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${token})`;
    place.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  };
}
