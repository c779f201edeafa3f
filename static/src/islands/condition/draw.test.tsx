import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { draw } from "./draw";
import type { Json } from "./model";
import { WORDS } from "./samples";
import { Refused, type Server } from "./server";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const counted = {
  total: 1234,
  exact: true,
  nodes: { "": 1234, "/all/0": 5000 },
  sentence: "役職が課長以上",
  warnings: [],
};
const MANAGERS: Json = { all: [{ field: "lead.job_rank", op: "gte", value: "manager" }] };

describe("the builder", () => {
  let place: HTMLElement;
  let takeAway: () => void;
  let documents: (Json | undefined)[];
  let texts: string[];
  let server: Server;

  beforeEach(() => {
    vi.useFakeTimers();
    document.documentElement.lang = "ja";
    place = document.body.appendChild(document.createElement("div"));
    documents = [];
    texts = [];
    server = {
      words: async () => WORDS,
      fields: vi.fn(async () => []),
      values: async () => [],
      people: async () => [],
      count: vi.fn(async () => counted),
      sample: async () => [],
      explain: async () => Promise.reject(new Error()),
    };
  });

  afterEach(() => {
    act(() => takeAway());
    place.remove();
    vi.useRealTimers();
  });

  const show = (initial: Json): void => {
    act(() => {
      takeAway = draw(place, {
        audience: "leads",
        initial,
        server,
        words: WORDS,
        onChange: (text, condition) => {
          texts.push(text);
          documents.push(condition);
        },
      });
    });
  };
  const wait = () => act(() => vi.advanceTimersByTimeAsync(400));
  const click = (element: Element | null | undefined): void => act(() => (element as HTMLElement).click());
  const type = (field: HTMLInputElement | HTMLTextAreaElement | null, text: string): void =>
    act(() => {
      const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
      Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, text);
      field?.dispatchEvent(new Event("input", { bubbles: true }));
    });
  const button = (text: string): HTMLElement | undefined =>
    [...place.querySelectorAll<HTMLElement>("button, [role=option]")].find((one) =>
      one.textContent?.includes(text),
    );

  it("reads as a sentence, with the count of each part and in total", async () => {
    show(MANAGERS);
    await wait();

    expect(place.querySelector(".cb-line")?.textContent).toBe("役職が課長以上");
    expect(place.querySelector(".cb-count")?.textContent).toBe("5,000");
    expect(place.querySelector("[data-total]")?.textContent).toBe("1,234");
    expect(documents).toEqual([]);
  });

  it("is filled in by picking, and counts only once everything is there", async () => {
    show(null);
    click(button("項目"));
    await wait();
    expect(server.count).not.toHaveBeenCalled();

    click(place.querySelector(".cb-item .cb-field"));
    click(button("役職"));
    click(place.querySelector(".cb-value"));
    click(button("課長"));
    await wait();

    expect(documents.at(-1)).toEqual({ all: [{ field: "lead.job_rank", op: "eq", value: "manager" }] });
    expect(server.count).toHaveBeenCalledTimes(1);
  });

  it("gives up a question when the condition changes again", async () => {
    const signals: AbortSignal[] = [];
    server.count = vi.fn((_condition: Json, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<never>(() => undefined);
    });
    show(MANAGERS);
    await wait();

    click(place.querySelector(".cb-value"));
    click(button("一般"));
    await wait();

    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
  });

  it("shows what the server refuses beside the part it means", async () => {
    server.count = async () => Promise.reject(new Refused("/all/0/value", "その選択肢はありません"));
    show(MANAGERS);
    await wait();

    expect(place.querySelector("[data-wrong] .cb-problem")?.textContent).toBe("その選択肢はありません");
  });

  it("moves a condition with Alt and an arrow, and removes it with Delete", () => {
    show({ all: [{ segment: "a" }, { segment: "b" }] });
    const press = (place: Element | undefined, init: KeyboardEventInit): void =>
      act(() => void place?.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init })));
    const handles = (): Element[] => [...place.querySelectorAll(".cb-handle")];

    press(handles()[1], { key: "ArrowUp", altKey: true });
    expect(documents.at(-1)).toEqual({ all: [{ segment: "b" }, { segment: "a" }] });
    expect(document.activeElement).toBe(handles()[0]);

    press(handles()[0], { key: "Delete" });
    expect(documents.at(-1)).toEqual({ all: [{ segment: "a" }] });
  });

  it("opens as JSON when it cannot show what it was given", () => {
    show({ everything: true });

    expect(place.querySelector("textarea")?.value).toContain("everything");
  });

  it("can be gone back to once the JSON was mended", () => {
    show({ everything: true });

    type(place.querySelector("textarea"), "{");
    expect(button("ビルダー")).toHaveProperty("disabled", true);
    type(place.querySelector("textarea"), JSON.stringify(MANAGERS));
    click(button("ビルダー"));

    expect(place.querySelector(".cb-line")?.textContent).toBe("役職が課長以上");
  });

  it("sends JSON as it was typed, so that a mistyped key is refused and not dropped", async () => {
    const typo = { event: "page_viewed", wihtin: { days: 7 } };
    server.count = vi.fn(async () => Promise.reject(new Refused("/wihtin", "知らないキーです")));
    show(MANAGERS);
    click(button("JSON"));
    type(place.querySelector("textarea"), JSON.stringify(typo));
    await wait();

    expect(server.count).toHaveBeenLastCalledWith(typo, expect.anything());
    expect([texts.at(-1), documents.at(-1)]).toEqual([JSON.stringify(typo), typo]);
    expect(place.querySelector("[role=alert]")?.textContent).toBe("/wihtin: 知らないキーです");
  });

  it("keeps a condition it cannot draw in the box, and does not leave it", () => {
    show(MANAGERS);
    click(button("JSON"));
    type(place.querySelector("textarea"), '{"event": "page_viewed", "wihtin": {"days": 7}}');
    click(button("ビルダー"));

    expect(button("ビルダー")).toHaveProperty("disabled", true);
    expect(place.querySelector("textarea")?.value).toContain("wihtin");
  });

  it("keeps broken JSON instead of the condition before it, and holds up the form", () => {
    show(MANAGERS);
    click(button("JSON"));
    type(place.querySelector("textarea"), '{"all": [');

    expect(texts.at(-1)).toBe('{"all": [');
    expect(place.querySelector("textarea")?.checkValidity()).toBe(false);
    type(place.querySelector("textarea"), JSON.stringify(MANAGERS));
    expect(place.querySelector("textarea")?.checkValidity()).toBe(true);
  });

  it("says nothing of a change when only looked at as JSON", () => {
    show(MANAGERS);
    click(button("JSON"));
    click(button("ビルダー"));

    expect(documents).toEqual([]);
  });

  it("asks for the fields a condition names that are not offered", async () => {
    const archived = { key: "lead.attributes.size", label: "規模（アーカイブ済み）", kind: "number" };
    server.fields = vi.fn(async () => [{ ...archived, hints: false, sum: false }]);
    show({ all: [{ field: "lead.attributes.size", op: "gte", value: 20 }] });
    await wait();

    expect(server.fields).toHaveBeenCalledExactlyOnceWith(["lead.attributes.size"]);
    expect(place.querySelector(".cb-line")?.textContent).toBe("規模（アーカイブ済み）が以上");
    expect(place.querySelector<HTMLInputElement>("input[type=number]")?.value).toBe("20");
    expect(place.querySelector("[data-total]")?.textContent).toBe("1,234");
  });

  it("shows a field that is gone as it was written, with what the server says of it", async () => {
    server.count = async () => Promise.reject(new Refused("/all/0/field", "その項目はありません"));
    show({ all: [{ field: "lead.gone", op: "lt", value: 20 }] });
    await wait();

    expect(place.querySelector(".cb-line")?.textContent).toBe("lead.gonelt 20");
    expect(place.querySelector("[data-wrong] .cb-problem")?.textContent).toBe("その項目はありません");
  });

  it("counts the parts of a filter and of what is asked about colleagues", async () => {
    const condition: Json = {
      all: [
        { event: "page_viewed", where: { all: [{ field: "path", op: "eq", value: "/" }] } },
        { account: { all: [{ field: "lead.visits", op: "gte", value: 3 }] } },
      ],
    };
    const nodes = { "": 4, "/all/0": 9, "/all/0/where/all/0": 8, "/all/1": 6, "/all/1/account/all/0": 2 };
    server.count = async () => ({ ...counted, nodes });
    show(condition);
    await wait();

    const counts = [...place.querySelectorAll(".cb-count")].map((one) => one.textContent);
    expect(counts.sort()).toEqual(["2", "6", "8", "9"]);
    expect(place.querySelector('[data-scope="colleague"]')?.textContent).toContain("会社のだれかが");
  });

  it("counts visits instead of activities", () => {
    show({ all: [{ event: "page_viewed", count: { op: "gte", value: 3 }, within: { days: 14 } }] });

    click(button("回数"));
    click(button("訪問の回数"));

    expect(documents.at(-1)).toEqual({
      all: [{ event: "page_viewed", count: { op: "gte", value: 3 }, within: { days: 14 }, sum: "visits" }],
    });
    expect(place.querySelector(".cb-line")?.textContent).toContain("回");
  });

  it("adds up a property people name", () => {
    show({ all: [{ event: "page_viewed", count: { op: "gte", value: 100 } }] });

    click(button("回数"));
    click(button("合計 独自の属性"));
    type(place.querySelector('input[aria-label="属性名"]'), "amount");

    expect(documents.at(-1)).toEqual({
      all: [{ event: "page_viewed", sum: "properties.amount", count: { op: "gte", value: 100 } }],
    });
  });

  it("asks how near another activity was, and for what reason a scenario ended", () => {
    show({
      all: [
        { event: "page_viewed", after: { event: "page_viewed" } },
        { flow: "flw_1", state: "ended" },
      ],
    });

    click(button("間隔は問わない"));
    click(button("以内"));
    click(button("理由は問わない"));
    click(button("商談化"));

    expect(documents.at(-1)).toEqual({
      all: [
        { event: "page_viewed", after: { event: "page_viewed", distance: { days: 3 } } },
        { flow: "flw_1", state: "ended", reason: "商談化" },
      ],
    });
  });

  it("lets a number be emptied on the way to another one", () => {
    show({ all: [{ event: "page_viewed", count: { op: "eq", value: 3 } }] });
    const number = (): HTMLInputElement | null => place.querySelector("input[type=number]");

    type(number(), "");
    expect(number()?.value).toBe("");
    type(number(), "12");

    expect(documents).toEqual([{ all: [{ event: "page_viewed", count: { op: "eq", value: 12 } }] }]);
  });
});
