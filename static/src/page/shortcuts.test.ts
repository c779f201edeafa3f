import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { installShortcuts } from "./shortcuts";

const press = (target: Element, init: KeyboardEventInit): boolean =>
  !target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));

describe("shortcuts", () => {
  beforeAll(() => installShortcuts(document));

  beforeEach(() => {
    document.body.innerHTML =
      '<input data-shortcut="search"><form class="form"><textarea></textarea><button data-submit></button></form><input id="loose">';
  });

  const at = (selector: string) => document.querySelector(selector) as HTMLElement;

  it("goes to the search box with ⌘K and with Ctrl+K", () => {
    const handled = [
      press(document.body, { key: "k", metaKey: true }),
      press(document.body, { key: "K", ctrlKey: true }),
    ];

    expect(handled).toEqual([true, true]);
    expect(document.activeElement).toBe(at("[data-shortcut]"));
  });

  it("saves the form one is writing in with ⌘Enter", () => {
    const save = vi.spyOn(at("form") as HTMLFormElement, "requestSubmit").mockImplementation(() => undefined);

    const handled = press(at("textarea"), { key: "Enter", metaKey: true });

    expect(handled).toBe(true);
    expect(save).toHaveBeenCalledWith(at("[data-submit]"));
  });

  it("leaves plain Enter, other letters, and fields outside a form alone", () => {
    const handled = [
      press(at("textarea"), { key: "Enter" }),
      press(document.body, { key: "j", metaKey: true }),
      press(at("#loose"), { key: "Enter", metaKey: true }),
    ];

    expect(handled).toEqual([false, false, false]);
  });
});
