import { beforeEach, describe, expect, it } from "vitest";
import { defineMenu } from "./ma-menu";

defineMenu();

describe("ma-menu", () => {
  beforeEach(() => {
    document.body.innerHTML =
      '<ma-menu><details open><summary tabindex="0">More</summary><div><a href="#a">A</a><a href="#b">B</a></div></details></ma-menu><p>elsewhere</p>';
  });

  const details = () => document.querySelector("details") as HTMLDetailsElement;
  const press = (key: string) =>
    document.querySelector("ma-menu")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));

  it("closes on Escape and gives the focus back to its button", () => {
    press("Escape");

    expect(details().open).toBe(false);
    expect(document.activeElement?.tagName).toBe("SUMMARY");
  });

  it("closes when something else is clicked, and stays when an entry is", () => {
    document.querySelector("a")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    const afterOwnClick = details().open;
    document.querySelector("p")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));

    expect([afterOwnClick, details().open]).toEqual([true, false]);
  });

  it("moves through its entries with the arrow keys and comes round", () => {
    const seen = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"].map((key) => {
      press(key);
      return document.activeElement?.textContent;
    });

    expect(seen).toEqual(["A", "B", "A", "B"]);
  });

  it("leaves no listener behind when removed", () => {
    const menu = document.querySelector("ma-menu") as HTMLElement;
    const kept = details();
    menu.remove();
    document.querySelector("p")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));

    expect(kept.open).toBe(true);
  });
});
