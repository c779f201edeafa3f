import { beforeEach, describe, expect, it, vi } from "vitest";

const ajax = vi.hoisted(() => vi.fn(() => Promise.resolve()));
vi.mock("htmx.org", () => ({ default: { ajax } }));

import { defineLeadList } from "./ma-lead-list";

defineLeadList();

const row = (id: string) =>
  `<tr data-lead="${id}" tabindex="-1"><td><input type="checkbox" name="lead" value="${id}"><a class="cell-link" href="#${id}">x</a></td><td data-cell="owner">—</td></tr>`;

describe("ma-lead-list", () => {
  beforeEach(() => {
    ajax.mockClear();
    document.body.innerHTML = `<ma-lead-list data-cell-url="/leads/LEAD/cell/KEY"><input type="search">
      <table><thead><tr><th><input type="checkbox" data-all hidden></th></tr></thead>
      <tbody>${["a", "b", "c"].map(row).join("")}</tbody></table>
      <form id="bulk"><b data-chosen>0</b><input type="checkbox" name="everybody"></form></ma-lead-list>`;
  });

  const press = (key: string, on: Element = document.activeElement ?? document.body) =>
    on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const here = () => document.activeElement?.closest("tr")?.dataset.lead;
  const chosen = () => document.querySelector("[data-chosen]")?.textContent;

  it("walks through people with j and k and selects with x", () => {
    const seen = ["j", "j", "k"].map((key) => {
      press(key);
      return here();
    });
    press("x");

    expect(seen).toEqual(["a", "b", "a"]);
    expect(chosen()).toBe("1");
    expect(document.querySelector("#bulk")?.hasAttribute("data-on")).toBe(true);
  });

  it("goes to the search box, where letters are letters", () => {
    press("/");
    const box = document.activeElement as HTMLInputElement;
    press("j", box);

    expect(box.type).toBe("search");
    expect(here()).toBeUndefined();
  });

  it("asks for the form of the first cell that can be changed", () => {
    press("j");
    press("e");

    expect(ajax).toHaveBeenCalledWith(
      "get",
      "/leads/a/cell/owner",
      expect.objectContaining({ swap: "innerHTML" }),
    );
  });

  it("selects the whole page and shows when only a part is", () => {
    const all = document.querySelector("[data-all]") as HTMLInputElement;
    all.click();
    const everybody = chosen();
    (document.querySelector('input[value="b"]') as HTMLInputElement).click();

    expect([everybody, chosen(), all.indeterminate]).toEqual(["3", "2", true]);
  });

  it("selects everybody between two ticks with shift", () => {
    const ticks = [...document.querySelectorAll<HTMLInputElement>('input[name="lead"]')];
    ticks[0]?.click();
    ticks[2]?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));

    expect(chosen()).toBe("3");
  });

  it("leaves no listener behind when removed", () => {
    document.querySelector("ma-lead-list")?.remove();
    press("j", document.body);

    expect(document.activeElement).toBe(document.body);
  });
});
