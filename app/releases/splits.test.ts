import { expect, it } from "vitest";
import { emptySplits } from "./splits";

it("says which splits got no row, and where all rows are", () => {
  expect(emptySplits({ validation: 0, test: 0.2 }, { train: 3 }, 1)).toBe("20% test of one prompt is nothing: every row is in train.");
  expect(emptySplits({ validation: 0.05, test: 0.05 }, { train: 4 }, 4)).toBe(
    "5% validation and 5% test of 4 prompts are nothing: every row is in train. A larger share or another seed may give some.",
  );
  expect(emptySplits({ validation: 0.1, test: 0.1 }, { train: 9, test: 1 }, 10)).toBe(
    "10% validation of 10 prompts is nothing: no row is in validation. A larger share or another seed may give some.",
  );
  expect(emptySplits({ validation: 0, test: 0.9 }, { test: 2 }, 2)).toMatch(/^10% train of 2 prompts is nothing: every row is in test/);
});

it("says nothing of a split that nobody asked for, nor of no rows", () => {
  expect(emptySplits({ validation: 0, test: 0 }, { train: 1 }, 1)).toBeNull();
  expect(emptySplits({ validation: 0.5, test: 0.5 }, { validation: 1, test: 1 }, 2)).toBeNull();
  expect(emptySplits({ validation: 0.05, test: 0.05 }, {}, 0)).toBeNull();
});
