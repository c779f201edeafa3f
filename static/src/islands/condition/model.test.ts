import { describe, expect, it } from "vitest";
import { type Json, NotACondition, read, write } from "./model";

const WHOLE: Json = {
  all: [
    { field: "lead.job_rank", op: "gte", value: "manager" },
    { field: "company.prefecture", op: "ne", value: "東京都", unknown: true },
    {
      event: "page_viewed",
      where: { all: [{ field: "path", op: "eq", value: "/pricing/", exact: true }] },
      count: { op: "gte", value: 2 },
      within: { days: 30 },
      after: { event: "form_submitted", within: { days: 90 }, distance: { days: 3 } },
    },
    { any: [{ segment: "seg_1" }, { flow: "flw_1", state: "waiting_at", step: "s3" }] },
    { not: { account: { any: [{ flow: "flw_1", state: "ended", reason: "商談化" }] } } },
    { not: { any: [{ event: "page_viewed", sum: "visible_ms", count: { op: "gt", value: 60 } }] } },
  ],
};

describe("a condition's tree", () => {
  it("is written as it was read", () => {
    expect(write(read(WHOLE)).document).toEqual(WHOLE);
  });

  it("is empty for no condition, and no condition when empty", () => {
    expect(read(null).nodes).toEqual([]);
    expect(write(read(null)).document).toBeNull();
  });

  it("puts a single test into a group, and a double not away", () => {
    const tree = read({ not: { not: { segment: "seg_1" } } });

    expect(write(tree).document).toEqual({ all: [{ segment: "seg_1" }] });
  });

  it("knows which item stands at which path", () => {
    const tree = read(WHOLE);
    const { places } = write(tree);

    expect(places.get("")).toBe(tree.id);
    expect(places.get("/all/0")).toBe(tree.nodes[0]?.id);
    expect(places.get("/all/4")).toBe(tree.nodes[4]?.id);
    expect(places.has("/all/2/where/all/0")).toBe(true);
    expect(places.has("/all/4/not/account/any/0")).toBe(true);
  });

  it("leaves groups out in which nothing stands", () => {
    expect(write(read({ all: [{ segment: "a" }, { any: [] }] })).document).toEqual({
      all: [{ segment: "a" }],
    });
  });

  it.each([
    ["/wihtin", { event: "a", wihtin: { days: 7 } }],
    ["/all/0/vlaue", { all: [{ field: "a", op: "eq", vlaue: 1 }] }],
    ["/any", { all: [], any: [] }],
    ["/segment", { segment: "a", field: "b" }],
    ["/unknown", { field: "a", op: "ne", value: 1, unknown: "yes" }],
    ["/field", { field: 3, op: "eq" }],
    ["/within/weeks", { event: "a", within: { weeks: 2 } }],
    ["/within", { event: "a", within: { days: 2, hours: 1 } }],
    ["/count/value", { event: "a", count: { op: "gte", value: "3" } }],
    ["/before", { event: "a", after: { event: "b" }, before: { event: "c" } }],
    ["/after/after", { event: "a", after: { event: "b", after: { event: "c" } } }],
    ["/after/count", { event: "a", after: { event: "b", count: { op: "gte", value: 2 } } }],
    ["/reason", { flow: "f", state: "in", reason: "商談化" }],
  ])("refuses what it would not write again: %s", (path, raw) => {
    expect(() => read(raw as unknown as Json)).toThrow(new NotACondition(path));
  });

  it.each([[[]], ["x"], [{ all: {} }], [{ all: [{ what: 1 }] }], [{ event: "a", within: 3 }]])(
    "refuses what is no condition: %j",
    (raw) => {
      expect(() => read(raw as Json)).toThrow(NotACondition);
    },
  );
});
