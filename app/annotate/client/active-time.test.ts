import { describe, expect, it } from "vitest";
import { elapsed, IDLE_MS, isRunning, stop, stopwatch, touch } from "./active-time";

describe("time on task", () => {
  it("runs while somebody is there, and not while the page is hidden", () => {
    const start = stopwatch(5_000, 0);
    expect(elapsed(start, 10_000)).toBe(15_000);
    const hidden = stop(start, 10_000);
    expect(elapsed(hidden, 500_000)).toBe(15_000);
    expect(elapsed(touch(hidden, 500_000), 501_000)).toBe(16_000);
  });

  it("stops at the last sign of life when a minute passes without one", () => {
    const active = touch(stopwatch(0, 0), 20_000);
    expect(isRunning(active, 20_000 + IDLE_MS)).toBe(true);
    expect(isRunning(active, 20_001 + IDLE_MS)).toBe(false);
    expect(elapsed(active, 20_001 + IDLE_MS)).toBe(20_000);
    expect(elapsed(touch(active, 600_000), 601_000)).toBe(21_000);
  });
});
