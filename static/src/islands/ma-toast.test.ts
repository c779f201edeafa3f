import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineToast } from "./ma-toast";

defineToast();

const notify = (detail: object) =>
  document.body.dispatchEvent(new CustomEvent("toast", { detail, bubbles: true }));
const toasts = () => [...document.querySelectorAll(".toast")];

describe("ma-toast", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    document.body.innerHTML = '<ma-toast data-close="閉じる" data-undo="元に戻す"></ma-toast>';
  });

  afterEach(() => vi.useRealTimers());

  it("shows what an answer says as text, never as markup", () => {
    notify({ text: "<b>保存</b>しました", tone: "warn" });

    expect(toasts().map((toast) => toast.className)).toEqual(["toast toast-warn"]);
    expect(document.querySelector(".toast p")?.textContent).toBe("<b>保存</b>しました");
  });

  it("leaves after a while", () => {
    notify({ text: "done" });
    vi.advanceTimersByTime(5999);
    const before = toasts().length;
    vi.advanceTimersByTime(1);

    expect([before, toasts().length]).toEqual([1, 0]);
  });

  it("offers to take back only what can be taken back", () => {
    notify({ text: "archived", undo: "/forms/1/restore/" });
    notify({ text: "sent" });

    const offers = toasts().map((toast) => toast.querySelector(".button")?.textContent ?? null);
    expect(offers).toEqual(["元に戻す", null]);
  });

  it("closes by its button", () => {
    notify({ text: "done" });

    document.querySelector<HTMLButtonElement>(".toast-close")?.click();

    expect(toasts()).toEqual([]);
  });
});
