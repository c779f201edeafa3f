/** Our small chart document → ECharts options. Pure, so that it can be tested without a screen. */
export type ChartKind = "line" | "area" | "bar" | "stacked" | "donut";

export interface Series {
  name: string;
  values: number[];
  tone?: string;
}

export interface Chart {
  labels: string[];
  series: Series[];
  unit?: string;
}

/** Colours of the theme in force, as the browser resolved them. */
export interface Palette {
  text: string;
  muted: string;
  line: string;
  surface: string;
  font: string;
  tones: Record<string, string>;
}

export const TONE_ORDER = ["brand", "info", "success", "warn", "hot", "danger", "neutral"] as const;

export function optionsFor(
  kind: ChartKind,
  chart: Chart,
  palette: Palette,
  language: string,
): Record<string, unknown> {
  const shared = {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.muted, fontSize: 12 },
    legend: legend(kind, chart, palette),
    // Rich text is drawn; HTML tooltips would need inline styles, which the CSP forbids.
    tooltip: tooltip(kind, chart, palette, language),
  };
  return kind === "donut"
    ? { ...shared, series: [donut(chart, palette)] }
    : {
        ...shared,
        ...axes(chart, palette, language),
        series: chart.series.map((one, at) => lines(kind, one, at, palette)),
      };
}

/** 12,345 → 1.2万 in Japanese, 12K in English. */
export function compact(value: number, language: string): string {
  return new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function toneOf(series: Series, at: number, palette: Palette): string {
  const tone = series.tone ?? TONE_ORDER[at % TONE_ORDER.length] ?? "brand";
  return palette.tones[tone] ?? palette.tones.brand ?? palette.text;
}

function legend(kind: ChartKind, chart: Chart, palette: Palette): object {
  const show = kind === "donut" || chart.series.length > 1;
  const place = kind === "donut" ? { orient: "vertical", left: "58%", top: "middle" } : { top: 0, left: 0 };
  return {
    show,
    ...place,
    icon: "roundRect",
    itemWidth: 10,
    itemHeight: 10,
    itemGap: 16,
    textStyle: { color: palette.text },
  };
}

function tooltip(kind: ChartKind, chart: Chart, palette: Palette, language: string): Record<string, unknown> {
  const number = new Intl.NumberFormat(language);
  return {
    trigger: kind === "donut" ? "item" : "axis",
    renderMode: "richText",
    confine: true,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontFamily: palette.font, fontSize: 12 },
    axisPointer: {
      type: kind === "line" || kind === "area" ? "line" : "shadow",
      lineStyle: { color: palette.line },
    },
    valueFormatter: (value: number) => `${number.format(value)}${chart.unit ?? ""}`,
  };
}

function axes(chart: Chart, palette: Palette, language: string): Record<string, unknown> {
  return {
    grid: { left: 4, right: 8, top: chart.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: chart.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.muted, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.muted, formatter: (value: number) => compact(value, language) },
    },
  };
}

function lines(kind: ChartKind, series: Series, at: number, palette: Palette): object {
  const color = toneOf(series, at, palette);
  const shared = {
    name: series.name,
    data: series.values,
    itemStyle: { color },
    emphasis: { disabled: true },
  };
  if (kind === "bar" || kind === "stacked") {
    const stack = kind === "stacked" ? { stack: "all" } : {};
    return {
      ...shared,
      ...stack,
      type: "bar",
      barMaxWidth: 28,
      itemStyle: { color, borderRadius: kind === "bar" ? [4, 4, 0, 0] : 0 },
    };
  }
  const area = kind === "area" ? { areaStyle: { color, opacity: 0.12 } } : {};
  return { ...shared, ...area, type: "line", showSymbol: false, lineStyle: { color, width: 2 } };
}

function donut(chart: Chart, palette: Palette): object {
  const values = chart.series[0]?.values ?? [];
  return {
    type: "pie",
    radius: ["58%", "84%"],
    center: ["30%", "50%"],
    label: { show: false },
    emphasis: { scale: false },
    itemStyle: { borderColor: palette.surface, borderWidth: 2 },
    data: chart.labels.map((name, at) => ({
      name,
      value: values[at] ?? 0,
      itemStyle: { color: palette.tones[TONE_ORDER[at % TONE_ORDER.length] ?? "brand"] },
    })),
  };
}
