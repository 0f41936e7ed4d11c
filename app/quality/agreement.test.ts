import { describe, expect, it } from "vitest";
import { agreementOf, alpha, bootstrapAgreement, coincidences as countCoincidences, comparedInWords, quadraticKappa } from "./agreement";
import { wilson } from "./intervals";

/** From units, each the values that its raters gave. */
const coincidences = (units: number[][], values: number) =>
  countCoincidences(
    units.map((unit) => ({
      ratings: Array.from({ length: values }, (_, value) => unit.filter((given) => given === value).length),
      count: 1,
    })),
    values,
  );

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

describe("coincidences", () => {
  it("count units that are alike as often as there are of them", () => {
    const twice = countCoincidences([{ ratings: [2, 1], count: 2 }], 2);
    expect(twice).toEqual(
      coincidences(
        [
          [0, 0, 1],
          [1, 0, 0],
        ],
        2,
      ),
    );
    // Three raters, two of whom say 0: of the six ordered pairs two are (0, 0), two (0, 1), two (1, 0), each weighing a half.
    expect(twice).toEqual([
      [2, 2],
      [2, 0],
    ]);
  });
});

describe("agreement", () => {
  it("averages over comparisons the share of pairs that give the same answer, and says what it leaves out", () => {
    // A, A, B: one of three pairs agrees. A, A: the pair agrees. One vote alone: nothing to compare.
    const two = { a: 2, neither: 0, b: 1, count: 1 };
    const found = agreementOf([two, { a: 2, neither: 0, b: 0, count: 1 }, { a: 0, neither: 0, b: 1, count: 4 }]);
    expect(found.share).toBeCloseTo((1 / 3 + 1) / 2);
    expect(found).toMatchObject({ compared: 5, votes: 9, comparisons: 2 });
    expect(comparedInWords(found)).toBe("5 of 9 votes");
    expect(agreementOf([])).toEqual({ share: undefined, compared: 0, votes: 0, comparisons: 0 });
  });

  it("takes neither for an answer of its own, which agrees with itself and with no side", () => {
    expect(agreementOf([{ a: 0, neither: 2, b: 0, count: 1 }]).share).toBe(1);
    expect(agreementOf([{ a: 1, neither: 1, b: 0, count: 1 }]).share).toBe(0);
    // A, A, neither, B: one of six pairs.
    expect(agreementOf([{ a: 2, neither: 1, b: 1, count: 3 }]).share).toBeCloseTo(1 / 6);
  });

  it("has a bootstrap interval that is near the normal one, repeatable, and narrower for more comparisons", () => {
    const groups = (n: number) => [
      { a: 1, neither: 0, b: 1, count: n },
      { a: 2, neither: 0, b: 0, count: 3 * n },
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
