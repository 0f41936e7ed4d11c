import { expect, it } from "vitest";
import { GrowingDelay } from "./growing-delay";

it("lets a few tries through, then makes each wait twice as long, up to the longest", () => {
  const delay = new GrowingDelay(3, 10_000);
  let now = 1_000_000_000_000;
  expect([1, 2, 3].map(() => delay.try("a", now))).toEqual([0, 0, 0]);
  for (const pause of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
    expect(delay.try("a", now)).toBe(pause);
    expect(delay.try("a", now + pause - 1), "asking again does not make it longer").toBe(1);
    now += pause;
    expect(delay.try("a", now)).toBe(0);
  }
  expect(delay.try("b", now), "another key has its own").toBe(0);
  delay.forget("a");
  expect(delay.try("a", now)).toBe(0);
});

it("holds a bounded number of keys", () => {
  const delay = new GrowingDelay(1, 60_000, 2);
  for (const key of ["a", "b", "c"]) delay.try(key, 5000);
  expect([delay.try("c", 5000) > 0, delay.try("b", 5000) > 0, delay.try("a", 5000) > 0]).toEqual([true, true, false]);
});
