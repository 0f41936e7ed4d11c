import { expect, it } from "vitest";
import { plural } from "./number";
import { duration } from "./time";

it("says one of something in the singular, and none and many in the plural", () => {
  expect([0, 1, 2, 12_345].map((n) => plural(n, "pair"))).toEqual(["0 pairs", "1 pair", "2 pairs", "12,345 pairs"]);
  expect(plural(1, "person", "people")).toBe("1 person");
});

it("never says that something took no time", () => {
  expect([0, 499, 500, 72_000, 3_725_000].map(duration)).toEqual([
    "less than a second",
    "less than a second",
    "1 s",
    "1 min 12 s",
    "1 h 2 min",
  ]);
});
