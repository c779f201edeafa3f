import { describe, expect, it } from "vitest";
import { newDid, newGroup, newTest, read } from "./model";
import { folded } from "./Picker";
import { WORDS } from "./samples";
import { complete, fieldOf, retyped } from "./words";

describe("the words of a builder", () => {
  it("forgets a value of another shape, and keeps one of the same", () => {
    const test = { ...newTest("lead.department", "eq"), value: "営業", exact: true };

    expect(retyped(WORDS, "lead", test, { op: "ne" })).toMatchObject({
      op: "ne",
      value: "営業",
      exact: true,
    });
    expect(retyped(WORDS, "lead", test, { op: "in" })).toMatchObject({ op: "in", value: [], exact: false });
    expect(retyped(WORDS, "lead", test, { field: "lead.job_rank" })).not.toHaveProperty("value");
  });

  it("begins with a value where there is an obvious one", () => {
    const test = retyped(WORDS, "lead", newTest(), { field: "lead.created_at" });

    expect(test).toMatchObject({ op: "within_last", value: { days: 30 } });
    expect(complete(WORDS, test)).toBe(true);
  });

  it("knows what is still missing", () => {
    const pair = { ...newTest("lead.visits", "between"), value: [1, null] };

    expect(complete(WORDS, newGroup())).toBe(false);
    expect(complete(WORDS, newTest())).toBe(false);
    expect(complete(WORDS, pair)).toBe(false);
    expect(complete(WORDS, { ...pair, value: [0, 3] })).toBe(true);
    expect(complete(WORDS, newDid())).toBe(false);
    expect(complete(WORDS, read({ event: "page_viewed", where: { field: "path", op: "eq" } }))).toBe(false);
    expect(complete(WORDS, read({ flow: "f", state: "waiting_at" }))).toBe(false);
  });

  it("lets people name properties of their own", () => {
    expect(fieldOf(WORDS, "event", "properties.plan")).toMatchObject({ label: "plan", kind: "any" });
  });

  it("finds words whatever their width, case and kana", () => {
    expect(folded("ﾔｸｼｮｸ ＡＢＣ")).toBe(folded("ヤクショク abc"));
    expect(folded("やくしょく")).toBe(folded("ヤクショク"));
  });
});
