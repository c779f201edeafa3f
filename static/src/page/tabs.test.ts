import { describe, expect, it } from "vitest";
import { showCurrentTabs } from "./tabs";

describe("tabs", () => {
  it("puts the current tab in the middle of its row", () => {
    document.body.innerHTML =
      '<nav class="tabs"><a class="tab">a</a><a class="tab" aria-current="page">b</a></nav>';
    const row = document.querySelector("nav") as HTMLElement;
    const tab = document.querySelector("[aria-current]") as HTMLElement;
    const sizes = { offsetLeft: 616, offsetWidth: 100, clientWidth: 0 };
    for (const [name, value] of Object.entries(sizes)) Object.defineProperty(tab, name, { value });
    Object.defineProperty(row, "offsetLeft", { value: 16 });
    Object.defineProperty(row, "clientWidth", { value: 300 });

    showCurrentTabs(document);

    expect(row.scrollLeft).toBe(500);
  });
});
