import { describe, expect, it } from "vitest";
import { leftInWords, type Sample, timeLeft } from "./time-left";

/** Samples of steps that each took `ms`, after a first one. */
const steady = (count: number, ms: number, first: Sample = { at: 0, done: 0 }): Sample[] =>
  Array.from({ length: count + 1 }, (_, n) => ({ at: first.at + n * ms, done: first.done + n }));

describe("the time that is left", () => {
  it("is known after three steps, and no longer at the end", () => {
    expect(timeLeft([], 100)).toBeUndefined();
    expect(timeLeft(steady(2, 1000), 100)).toBeUndefined();
    expect(timeLeft(steady(3, 1000), 100)).toBe(97_000);
    expect(timeLeft(steady(100, 1000), 100)).toBeUndefined();
  });

  it("follows the pace of the last steps, not the one from the start", () => {
    const slow = steady(200, 60_000);
    expect(timeLeft([...slow, ...steady(40, 500, slow.at(-1)).slice(1)], 300)).toBe(30_000);
  });

  it("does not count the hours in which nobody worked, nor steps that are taken again from a checkpoint", () => {
    const before = steady(10, 1000);
    const later = before.at(-1)!.at + 3_600_000;
    expect(timeLeft([...before, ...steady(2, 1000, { at: later, done: 11 })], 20)).toBe(7000);
    expect(timeLeft([...before, ...steady(2, 1000, { at: later, done: 5 })], 20)).toBe(13_000);
  });

  it("counts the pauses that belong to the work, such as an evaluation", () => {
    const samples = [0, 1, 2, 3, 4].map((done) => ({ at: done * 1000 + (done > 2 ? 4000 : 0), done }));
    expect(timeLeft(samples, 8)).toBe(8000);
  });

  it("weighs steps of different size by their size", () => {
    const samples = [0, 10, 11, 31].map((done) => ({ at: done * 100, done }));
    expect(timeLeft(samples, 51)).toBe(2000);
  });
});

it("says about how long", () => {
  const minutes = [0.2, 0.6, 4.1, 59.4, 60, 130, 601, 47.4 * 60, 3 * 24 * 60];
  expect(minutes.map((value) => leftInWords(value * 60_000))).toEqual([
    "less than a minute left",
    "about 1 min left",
    "about 4 min left",
    "about 59 min left",
    "about 1 h 0 min left",
    "about 2 h 10 min left",
    "about 10 h left",
    "about 47 h left",
    "about 3 days left",
  ]);
});
