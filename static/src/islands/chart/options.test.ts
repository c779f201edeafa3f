import { describe, expect, it } from "vitest";
import { compact, optionsFor, type Palette, toneOf } from "./options";

const PALETTE: Palette = {
  text: "#111",
  muted: "#666",
  line: "#eee",
  surface: "#fff",
  font: "sans-serif",
  tones: { brand: "#33c", info: "#39c", success: "#2a6" },
};
const CHART = {
  labels: ["11/1", "11/2"],
  series: [{ name: "訪問", values: [3, 5], tone: "info" }],
  unit: "人",
};

describe("chart options", () => {
  it("keeps the values, their names and the tone", () => {
    const options = optionsFor("line", CHART, PALETTE, "ja");

    expect(options.series).toMatchObject([
      { type: "line", name: "訪問", data: [3, 5], itemStyle: { color: "#39c" } },
    ]);
    expect(options.xAxis).toMatchObject({ data: ["11/1", "11/2"] });
  });

  it("draws its tooltip instead of writing HTML, which the CSP would refuse", () => {
    expect(optionsFor("bar", CHART, PALETTE, "ja").tooltip).toMatchObject({ renderMode: "richText" });
  });

  it("stacks only what is stacked", () => {
    const [stacked] = optionsFor("stacked", CHART, PALETTE, "ja").series as { stack?: string }[];
    const [bar] = optionsFor("bar", CHART, PALETTE, "ja").series as { stack?: string }[];

    expect([stacked?.stack, bar?.stack]).toEqual(["all", undefined]);
  });

  it("gives a donut one slice a label", () => {
    const [donut] = optionsFor("donut", CHART, PALETTE, "ja").series as { data: object[] }[];

    expect(donut?.data).toMatchObject([
      { name: "11/1", value: 3 },
      { name: "11/2", value: 5 },
    ]);
  });

  it("never moves and never hides a series behind an unknown tone", () => {
    expect(optionsFor("area", CHART, PALETTE, "ja").animation).toBe(false);
    expect(toneOf({ name: "x", values: [], tone: "nonsense" }, 0, PALETTE)).toBe("#33c");
  });

  it("counts in 万 and 億 in Japanese", () => {
    expect([compact(12_345, "ja"), compact(230_000_000, "ja"), compact(12_345, "en")]).toEqual([
      "1.2万",
      "2.3億",
      "12.3K",
    ]);
  });
});
