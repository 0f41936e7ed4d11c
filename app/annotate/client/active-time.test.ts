import { describe, expect, it } from "vitest";
import { elapsed, IDLE_MS, isRunning, LONGEST_STILL_MS, stillnessOver, stop, stopwatch, touch } from "./active-time";

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

  it("runs on without a sign of life for as long as the pair takes to be read aloud", () => {
    expect(stillnessOver(["Why?", "Because."])).toBe(IDLE_MS);
    expect(stillnessOver(["word ".repeat(300), "word ".repeat(300), "word ".repeat(300)])).toBe(6 * 60_000);
    // Without spaces a text is not one word.
    expect(stillnessOver(["漢".repeat(900)])).toBe(3 * 60_000);
    expect(stillnessOver(["word ".repeat(100_000)])).toBe(LONGEST_STILL_MS);

    const reading = stopwatch(0, 0, 6 * 60_000);
    expect(elapsed(reading, 5 * 60_000)).toBe(5 * 60_000);
    expect(elapsed(touch(reading, 5 * 60_000), 5 * 60_000 + 1)).toBe(5 * 60_000 + 1);
    expect(elapsed(reading, 6 * 60_000 + 1)).toBe(0);
    // Beside another window it is a minute again.
    const beside = touch(reading, 100_000, IDLE_MS);
    expect(isRunning(beside, 100_001 + IDLE_MS)).toBe(false);
  });
});
