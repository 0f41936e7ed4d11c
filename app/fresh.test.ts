import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fresh } from "./fresh.server";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A figure that counts how often it was computed, and takes so long. */
function figure(name: string, milliseconds: number) {
  let computed = 0;
  const compute = () => {
    vi.advanceTimersByTime(milliseconds);
    return Promise.resolve((computed += 1));
  };
  return () => fresh(name, 60, compute);
}

describe("a figure over many rows", () => {
  it("that is cheap is computed for each reader", async () => {
    const read = figure("cheap", 10);
    expect([await read(), await read()]).toEqual([1, 2]);
  });

  it("that is dear is shown for its time, then while it is computed anew", async () => {
    const read = figure("dear", 500);
    expect([await read(), await read()]).toEqual([1, 1]);
    vi.advanceTimersByTime(61_000);
    expect(await read()).toBe(1);
    expect(await read()).toBe(2);
  });

  it("that nobody read for long is never shown as it was then", async () => {
    const read = figure("forgotten", 500);
    expect(await read()).toBe(1);
    vi.advanceTimersByTime(17 * 60_000);
    expect(await read()).toBe(2);
  });
});
