import { beforeEach, describe, expect, it } from "vitest";
import { VisibleClock } from "./clock";

let now = 0;
let clock: VisibleClock;

beforeEach(() => {
  now = 1000;
  clock = new VisibleClock(() => now);
});

describe("visible time", () => {
  it("does not run before the page is shown", () => {
    now += 5000;

    expect(clock.take()).toBe(0);
  });

  it("stands still while the tab is hidden", () => {
    clock.show();
    now += 4000;
    clock.hide();
    now += 60_000;
    clock.show();
    now += 3000;

    expect(clock.take()).toBe(7000);
  });

  it("stops thirty seconds after the last sign of a person", () => {
    clock.show();
    now += 10_000;
    clock.active();
    now += 600_000;

    expect(clock.take()).toBe(40_000);
  });

  it("runs again from the moment somebody comes back", () => {
    clock.show();
    now += 100_000;
    clock.active();
    now += 2000;

    expect(clock.take()).toBe(32_000);
  });

  it("gives every millisecond once", () => {
    clock.show();
    now += 1500;
    const first = clock.take();
    now += 500;

    expect([first, clock.take(), clock.take()]).toEqual([1500, 500, 0]);
  });

  it("ignores activity in a hidden tab", () => {
    clock.show();
    clock.hide();
    now += 1000;
    clock.active();
    now += 1000;

    expect(clock.take()).toBe(0);
  });
});
