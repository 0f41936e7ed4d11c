import fc from "fast-check";
import { expect, it } from "vitest";
import { importFile, jsonl } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { createPool } from "../pools/commands.server";
import { STRENGTHS } from "../votes/strength";

const storable = (text: string) => !text.includes("\0");
const text = fc.string({ unit: "binary", maxLength: 60 }).filter(storable);
const written = text.filter((value) => value.trim() !== "" && !/^\s*Human:/.test(value));
const strength = fc.option(fc.constantFrom(...STRENGTHS), { nil: undefined });

/** A dialogue that ends on the user, with or without a system message. */
const messages = fc
  .tuple(fc.option(written, { nil: undefined }), fc.array(fc.tuple(written, written), { maxLength: 3 }), written)
  .map(([system, turns, last]) => [
    ...(system === undefined ? [] : [{ role: "system", content: system }]),
    ...turns.flatMap(([user, assistant]) => [
      { role: "user", content: user },
      { role: "assistant", content: assistant },
    ]),
    { role: "user", content: last },
  ]);

const row = fc.record({
  prompt: messages,
  metadata: fc.dictionary(written.filter((key) => key !== "__proto__"), fc.oneof(written, fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })))), // prettier-ignore
  responses: fc
    .tuple(text, text)
    .filter(([one, other]) => one !== other)
    .map(([one, other]) => [
      { model: "m1", text: one, params: { temperature: 0.5 } },
      { model: "m2", text: other, params: {} },
    ]),
  votes: fc.uniqueArray(fc.record({ annotator: fc.constantFrom("ann", "bob", "cy"), side: fc.constantFrom(0, 1), strength }), {
    selector: ({ annotator }) => annotator,
    maxLength: 3,
  }),
});

const rows = fc.uniqueArray(row, { selector: ({ prompt }) => JSON.stringify(prompt), minLength: 1, maxLength: 12 });

let pools = 0;

/** What stands in the database, in the form of the rows that were imported. */
async function stored(poolId: string) {
  const prompts = await db.prompt.findMany({
    where: { poolId },
    orderBy: { id: "asc" },
    include: {
      responses: { orderBy: { modelName: "asc" } },
      comparisons: { include: { slots: true, votes: { orderBy: { id: "asc" }, include: { annotator: true, current: true } } } },
    },
  });
  return prompts.map(({ messages, metadata, responses, comparisons: [comparison] }) => ({
    prompt: messages,
    metadata,
    responses: responses.map(({ modelName, text, params }) => ({ model: modelName, text, params })),
    votes: comparison?.votes.map(({ annotator, current }) => ({
      annotator: annotator.name,
      side: current?.side,
      ...(current?.strength ? { strength: current.strength } : {}),
    })),
    places: comparison?.slots.map(({ state }) => state).sort().join(" "), // prettier-ignore
  }));
}

/** -0 is written as 0 by JSON, and undefined is left out. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it("stores any valid row exactly, and adds nothing the second time", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const { id } = await createPool(COMMAND_LINE, { name: `Property ${++pools}`, votesPerComparison: 2 });
      const file = jsonl(given);
      expect(await importFile(id, file)).toMatchObject({ status: "done", badRows: 0, promptsAdded: given.length });
      const after = await stored(id);
      const filled = ({ votes }: (typeof given)[number]) => Math.min(2, votes.length);
      expect(after).toEqual(
        given.map((one) => ({
          ...(plain(one) as object),
          places: [...Array<string>(filled(one)).fill("done"), ...Array<string>(2 - filled(one)).fill("open")].join(" "),
        })),
      );
      expect(await importFile(id, file)).toMatchObject({ status: "done", badRows: 0, duplicates: given.length, votesAdded: 0 });
      expect(await stored(id)).toEqual(after);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
