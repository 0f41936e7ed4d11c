import { describe, expect, it } from "vitest";
import { alpha, bootstrapAgreement, coincidences, quadraticKappa, sideAgreement } from "./agreement";
import { wilson } from "./intervals";

/** Krippendorff's own example (2011, section D): four observers, twelve units, five values, with gaps. */
const KRIPPENDORFF = Array.from({ length: 12 }, (_, unit) =>
  ["1233214 12...", "1233224 125.3", ".333234 22 51.", "1233244 125 1."]
    .map((row) => row.replaceAll(" ", "")[unit] ?? ".")
    .filter((value) => value !== ".")
    .map((value) => Number(value) - 1),
);

describe("Krippendorff's alpha", () => {
  it("gives the published values of Krippendorff's example", () => {
    const matrix = coincidences(KRIPPENDORFF, 5);
    expect(alpha(matrix, "nominal")).toBeCloseTo(0.743, 3);
    expect(alpha(matrix, "ordinal")).toBeCloseTo(0.815, 3);
    expect(alpha(matrix, "interval")).toBeCloseTo(0.849, 3);
  });

  it("is 1 for perfect agreement, and says nothing about one value or no pairs", () => {
    expect(
      alpha(
        coincidences(
          [
            [0, 0],
            [3, 3, 3],
          ],
          8,
        ),
        "ordinal",
      ),
    ).toBe(1);
    expect(
      alpha(
        coincidences(
          [
            [2, 2],
            [2, 2],
          ],
          8,
        ),
        "ordinal",
      ),
    ).toBeUndefined();
    expect(alpha(coincidences([[1], [2]], 8), "ordinal")).toBeUndefined();
  });

  it("is below 0 when people disagree more than chance would have them", () => {
    expect(
      alpha(
        coincidences(
          [
            [0, 7],
            [7, 0],
            [0, 7],
          ],
          8,
        ),
        "ordinal",
      ),
    ).toBeLessThan(-0.1);
  });
});

describe("quadratic kappa", () => {
  it("matches a value computed by hand", () => {
    // Pairs (0,0) (1,1) (0,1) (2,2): observed disagreement 2/8; margins 3,3,2 of 8 give 2(9·1+6·4+6·1)/64 = 78/64 expected.
    expect(
      quadraticKappa(
        coincidences(
          [
            [0, 0],
            [1, 1],
            [0, 1],
            [2, 2],
          ],
          3,
        ),
      ),
    ).toBeCloseTo(1 - 2 / 8 / (78 / 64), 10);
  });
});

describe("agreement on the side", () => {
  it("averages over comparisons the share of pairs that agree", () => {
    // 2 of 3 for A: one of three pairs agrees. 2 of 2: the pair agrees.
    expect(
      sideAgreement([
        { votes: 3, forA: 2, count: 1 },
        { votes: 2, forA: 2, count: 1 },
      ]),
    ).toBeCloseTo((1 / 3 + 1) / 2);
    expect(sideAgreement([])).toBeUndefined();
  });

  it("has a bootstrap interval that is near the normal one, repeatable, and narrower for more comparisons", () => {
    const groups = (n: number) => [
      { votes: 2, forA: 1, count: n },
      { votes: 2, forA: 2, count: 3 * n },
    ];
    const few = bootstrapAgreement(groups(25))!;
    const many = bootstrapAgreement(groups(2500))!;
    expect(few).toEqual(bootstrapAgreement(groups(25)));
    const half = 1.96 * Math.sqrt((0.75 * 0.25) / 100);
    expect(few.low).toBeCloseTo(0.75 - half, 1);
    expect(few.high).toBeCloseTo(0.75 + half, 1);
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 5);
  });
});

describe("Wilson's interval", () => {
  it("gives the published interval for 81 of 263 (Newcombe 1998, table I)", () => {
    const { low, high } = wilson(81, 263)!;
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it("stays within 0 and 1, and is undefined without trials", () => {
    expect(wilson(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(wilson(0, 0)).toBeUndefined();
  });
});
