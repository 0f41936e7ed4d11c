import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRelease, readLines } from "../../tests/support/releases";
import { givenPool, type GivenComparison } from "../../tests/support/votes";
import { SPLITS } from "./schema";

const vote = [{ by: "ann", side: 0 as const, strength: "better" as const }];
/** What makes a prompt look different without being another one. */
const disguises: ((text: string) => string)[] = [
  (text) => text,
  (text) => `  ${text.toUpperCase()} `,
  (text) => text.split("").join(" "),
  (text) => `"${text}"?!`,
  (text) => `${text}\u00a0\n`,
];
const word = fc.stringMatching(/^[a-zäéж中]{1,12}[0-9]{0,3}$/);
const shapes = fc.array(fc.tuple(word, fc.array(fc.nat(disguises.length * 3 - 1), { minLength: 1, maxLength: 4 })), {
  minLength: 5,
  maxLength: 30,
});

function comparisonOf(text: string, shape: number): GivenComparison {
  const disguised = disguises[shape % disguises.length]?.(text) ?? text;
  const user = { role: "user" as const, content: disguised };
  const kinds: GivenComparison["prompt"][] = [
    [user],
    [{ role: "system", content: `System ${shape}` }, user],
    [user, { role: "assistant", content: `Answer ${shape}` }, { role: "user", content: `And then ${shape}?` }],
  ];
  return { prompt: kinds[Math.floor(shape / disguises.length)] ?? [user], votes: vote };
}

/** The text that must not be in two splits, read from a finished row, by another rule than the database's. */
const essence = (text: string) =>
  [...text.normalize("NFKC").replace(/[A-Z]/g, (letter) => letter.toLowerCase())].filter((char) => !/[\s!-/:-@[-`{-~]/.test(char)).join("");

const splitsOf = async (folder: string, files: string[]) => {
  const found = new Map<string, Set<string>>();
  for (const split of SPLITS.filter((name) => files.includes(`${name}.jsonl`))) {
    for (const row of await readLines(folder, `${split}.jsonl`)) {
      const key = essence(row.prompt.find((message) => message.role === "user")?.content ?? "");
      found.set(key, (found.get(key) ?? new Set()).add(split));
    }
  }
  return found;
};

describe("the split", () => {
  it("never has a prompt in two splits: not in two pools, in disguise, under another system prompt, or later in its dialogue", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(1000), async (prompts, seed) => {
        const pools = [`One ${++run}`, `Two ${run}`];
        const ids: string[] = [];
        for (const [place, name] of pools.entries()) {
          const given = prompts.flatMap(([text, kinds]) =>
            kinds.filter((_, index) => index % 2 === place).map((shape) => comparisonOf(text, shape)),
          );
          const unique = [...new Map(given.map((one) => [JSON.stringify(one.prompt), one])).values()];
          ids.push((await givenPool(name, unique)).poolId);
        }
        const { folder, manifest } = await makeRelease({ pools: ids, validation: 0.3, test: 0.3, seed, parquet: false, variants: [] });
        const splits = await splitsOf(folder, manifest?.files.map((file) => file.path) ?? []);
        for (const [key, where] of splits) expect([...where], key).toHaveLength(1);
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  it("holds out about the share asked for, and another seed holds out others", async () => {
    const { poolId } = await givenPool(
      "Shares",
      Array.from({ length: 300 }, (_, index) => ({ prompt: `Question number ${index}`, votes: vote })),
    );
    const held = async (seed: number) => {
      const { folder, manifest } = await makeRelease({ pools: [poolId], validation: 0.1, test: 0.2, seed, parquet: false, variants: [] });
      const { train, validation, test } = manifest?.counts.splits ?? {};
      expect((train?.rows ?? 0) + (validation?.rows ?? 0) + (test?.rows ?? 0)).toBe(300);
      // Four standard deviations of a binomial draw of 300.
      expect(Math.abs((test?.rows ?? 0) - 60)).toBeLessThan(28);
      expect(Math.abs((validation?.rows ?? 0) - 30)).toBeLessThan(21);
      return (await readLines(folder, "test.jsonl")).map((row) => row.id).sort();
    };
    const [one, again, other] = [await held(1), await held(1), await held(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  }, 120_000);
});
