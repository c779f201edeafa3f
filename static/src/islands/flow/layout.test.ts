import { describe, expect, it } from "vitest";
import { type Graph, knownEdges, NODE_HEIGHT, NODE_WIDTH, placesOf } from "./layout";

const step = (title: string) => ({ type: "wait", title });
const BRANCHED: Graph = {
  start: "a",
  steps: { a: step("a"), b: step("b"), c: step("c"), d: step("d") },
  edges: [
    { from: "a", to: "b", label: "はい" },
    { from: "a", to: "c", label: "いいえ" },
    { from: "b", to: "d" },
    { from: "c", to: "d" },
  ],
};

describe("flow layout", () => {
  it("stands a step below the one that leads to it", () => {
    const places = placesOf(BRANCHED);

    expect(places.b?.y).toBeGreaterThan((places.a?.y ?? 0) + NODE_HEIGHT);
    expect(places.d?.y).toBeGreaterThan((places.c?.y ?? 0) + NODE_HEIGHT);
  });

  it("puts branches side by side without touching", () => {
    const places = placesOf(BRANCHED);

    expect(places.b?.y).toBe(places.c?.y);
    expect(Math.abs((places.b?.x ?? 0) - (places.c?.x ?? 0))).toBeGreaterThan(NODE_WIDTH);
  });

  it("survives two branches to the same step, loops, and edges to nowhere", () => {
    const odd: Graph = {
      start: "a",
      steps: { a: step("a"), b: step("b") },
      edges: [
        { from: "a", to: "b", label: "1" },
        { from: "a", to: "b", label: "2" },
        { from: "b", to: "a" },
        { from: "a", to: "gone" },
      ],
    };

    expect(Object.keys(placesOf(odd))).toEqual(["a", "b"]);
    expect(knownEdges(odd)).toHaveLength(3);
  });
});
