import { beforeEach, describe, expect, it } from "vitest";
import { defineUnsaved } from "./ma-unsaved";

defineUnsaved();

const leave = (): boolean => {
  const event = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
};

describe("ma-unsaved", () => {
  beforeEach(() => {
    document.body.innerHTML = "<ma-unsaved><form><input></form></ma-unsaved>";
  });

  it("lets people leave a form they did not touch", () => {
    expect(leave()).toBe(false);
  });

  it("asks once something was typed", () => {
    document.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));

    expect(leave()).toBe(true);
  });

  it("does not ask while the form is being sent", () => {
    document.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

    expect(leave()).toBe(false);
  });

  it("stops asking when removed", () => {
    document.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("ma-unsaved")?.remove();

    expect(leave()).toBe(false);
  });
});
