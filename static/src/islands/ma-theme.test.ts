import { beforeEach, describe, expect, it, vi } from "vitest";
import { defineTheme } from "./ma-theme";

defineTheme();

describe("ma-theme", () => {
  beforeEach(() => {
    document.documentElement.removeAttribute("data-theme");
    document.body.innerHTML =
      '<ma-theme><button value="light" aria-pressed="false"></button><button value="dark" aria-pressed="false"></button><button value="" aria-pressed="true"></button></ma-theme>';
  });

  const click = (value: string) =>
    document.querySelector<HTMLButtonElement>(`button[value="${value}"]`)?.click();

  it("turns the page dark, remembers it, and tells the charts", () => {
    const told = vi.fn();
    document.addEventListener("theme-changed", told, { once: true });

    click("dark");

    expect(document.documentElement.dataset.theme).toBe("dark");
    expect(document.cookie).toContain("theme=dark");
    expect(told).toHaveBeenCalledOnce();
  });

  it("follows the system again when asked to", () => {
    click("dark");
    click("");

    expect(document.documentElement.dataset.theme).toBeUndefined();
    expect(document.cookie).not.toContain("theme=dark");
  });

  it("shows which one is chosen", () => {
    click("light");

    const pressed = [...document.querySelectorAll("button")].map((button) =>
      button.getAttribute("aria-pressed"),
    );
    expect(pressed).toEqual(["true", "false", "false"]);
  });
});
