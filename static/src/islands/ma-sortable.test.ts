import { beforeEach, describe, expect, it } from "vitest";
import { defineSortable } from "./ma-sortable";

defineSortable();

describe("ma-sortable", () => {
  beforeEach(() => {
    document.body.innerHTML =
      '<ma-sortable data-up="Up" data-down="Down"><ul><li><input value="a"></li><li><input value="b"></li></ul></ma-sortable>';
    // Connected again, now that it has its entries, as the parser does it.
    document.body.append(document.querySelector("ma-sortable") as HTMLElement);
  });

  const order = () => [...document.querySelectorAll("input")].map((input) => input.value);

  it("moves an entry down and keeps the focus on its button", () => {
    const down = document.querySelector<HTMLElement>('[data-by="1"]');
    down?.click();

    expect(order()).toEqual(["b", "a"]);
    expect(document.activeElement).toBe(down);
  });

  it("stays where it is at the end", () => {
    document.querySelector<HTMLElement>('[data-by="-1"]')?.click();

    expect(order()).toEqual(["a", "b"]);
  });

  it("moves with Alt and an arrow", () => {
    const second = document.querySelectorAll("input")[1] as HTMLElement;
    second.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", altKey: true, bubbles: true }));

    expect(order()).toEqual(["b", "a"]);
  });
});
