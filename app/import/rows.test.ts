import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RowProblem } from "./problems";
import { choosePairs, pairsOfRow } from "./pairs";
import { readRecord } from "./shapes";
import { importOptions, importQuery, optionsOf } from "./schema";

const options = importOptions.parse({});
const read = (value: unknown) => readRecord(value, options).rows[0]!;
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const pair = [
  { model: "m1", text: "one" },
  { model: "m2", text: "two" },
];

function problem(value: unknown): { field: string; reason: string } {
  try {
    const [bad] = read(value).badVotes ?? [];
    if (bad) return bad;
  } catch (error) {
    if (error instanceof RowProblem) return { field: error.field, reason: error.reason };
    throw error;
  }
  throw new Error("was accepted");
}

describe("a row of our own form", () => {
  it("needs a prompt and nothing else", () => {
    expect(read({ prompt: "Hi" })).toEqual({ messages: [user("Hi")], metadata: {}, responses: [], votes: [] });
  });

  it("reads everything that it may hold; null is the same as not there", () => {
    const row = read({
      external_id: "e1",
      prompt: [user("Hi"), assistant("Hello"), user("Bye")],
      system: "Be brief.",
      metadata: { source: "web", n: 3, deep: [null, { a: true }] },
      responses: [
        { model: "m1", content: "one", params: { temperature: 0.7, seed: 3 } },
        { model: "m2", text: "", params: null },
      ],
      gold: { side: 1, strength: null },
      votes: [
        { annotator: "ann", side: 0, strength: "better", edited: "one!", created_at: "2026-01-02T03:04:05" },
        { annotator: "bob", side: 1 },
      ],
      round: null,
    });
    expect(row).toEqual({
      externalId: "e1",
      messages: [{ role: "system", content: "Be brief." }, user("Hi"), assistant("Hello"), user("Bye")],
      metadata: { source: "web", n: 3, deep: [null, { a: true }] },
      responses: [
        { model: "m1", text: "one", params: { temperature: 0.7, seed: 3 } },
        { model: "m2", text: "", params: {} },
      ],
      gold: { side: 1 },
      votes: [
        { annotator: "ann", choice: 0, strength: "better", edited: "one!", createdAt: new Date("2026-01-02T03:04:05Z"), field: "votes[0]" },
        { annotator: "bob", choice: 1, field: "votes[1]" },
      ],
    });
  });

  it.each([
    [{ propmt: "Hi" }, "propmt", /did you mean "prompt"/],
    [{ prompt: "Hi", colour: "red" }, "colour", /kept as metadata/],
    [{ prompt: "Hi", colour: "red", choosen: "a", size: 3 }, "", /^"colour", "choosen" and "size" are not fields/],
    [
      { question: "Hi", subset: "x", outputs: [] },
      "",
      /^There is no prompt; is it in "question"\? .*answers in "outputs" as "responses".*not known: "subset"/,
    ],
    [{ prompt: "Hi", text: "x" }, "text", /^is not a field of this format\. /],
    [{ prompt: "Hi", images: ["a.png"] }, "images", /only text is taken/],
    [{ prompt: "Hi", responses: [{ model: "m", text: "x", temprature: 1 }] }, "responses[0].temprature", /not a field/],
    [{ prompt: 7 }, "prompt", /is a number where a text or a list of messages is due/],
    [{ prompt: "" }, "prompt", /empty/],
    [{}, "prompt", /missing/],
    ["Hi", "", /a row is an object/],
    [[1], "", /a list/],
    [null, "", /null/],
    [{ prompt: "Hi", responses: "one" }, "responses", /^is a text where a list is due$/],
    [{ prompt: "Hi", responses: [{ text: "x" }] }, "responses[0].model", /^is missing$/],
    [{ prompt: "Hi", responses: [{ model: "m" }] }, "responses[0]", /neither text nor content/],
    [{ prompt: "Hi", responses: [{ model: "m", text: "a", content: "b" }] }, "responses[0]", /both/],
    [{ prompt: [assistant("Hello"), user("Hi")] }, "prompt", /message 1 has the role assistant/],
    [{ prompt: [user("Hi"), { role: "system", content: "x" }, user("y")] }, "prompt", /message 2 has the role system/],
    [{ prompt: [user("Hi"), assistant("x")] }, "prompt", /ends on an assistant/],
    [{ prompt: [{ role: "system", content: "a" }, user("b")], system: "c" }, "system", /twice/],
    [{ prompt: [{ role: "bot", content: "a" }] }, "prompt[0].role", /is none of system, developer, user/],
    [{ prompt: "Hi", responses: pair, gold: { side: 2 } }, "gold.side", /neither 0/],
    [{ prompt: "Hi", gold: { side: 1 } }, "gold", /two responses, but there are 0/],
    [{ prompt: "Hi", responses: pair, votes: [{ annotator: "a", side: 0, strength: "best" }] }, "votes[0].strength", /none of/],
    [{ prompt: "Hi", responses: pair, votes: [{ annotator: "a", side: "0" }] }, "votes[0].side", /neither 0/],
    [{ prompt: "Hi", responses: pair, votes: [{ annotator: "a" }] }, "votes[0].side", /missing/],
    [{ prompt: "Hi", responses: pair, votes: [{ side: 0, choice: "tie" }] }, "votes[0].choice", /beside side/],
    [{ prompt: "Hi", responses: pair, votes: [{ choice: "draw" }] }, "votes[0].choice", /none of 0.*tie, both_bad/],
    [{ prompt: "Hi", responses: pair, votes: [{ choice: "tie", strength: "better" }] }, "votes[0].strength", /the vote is tie/],
    [{ prompt: "Hi", responses: pair, votes: [{ choice: "both_bad", edited: "x" }] }, "votes[0].edited", /the vote is both_bad/],
    [{ prompt: "Hi", responses: pair, votes: [7] }, "votes[0]", /object/],
    [{ prompt: "Hi", comparison: { external_id: "c" } }, "comparison", /two responses, but there are 0/],
    [{ prompt: "Hi", responses: pair, votes: [{ annotator: "a", side: 0, edited: "one" }] }, "votes[0].edited", /same text/],
    [{ prompt: "Hi", responses: pair, votes: [{ annotator: "a", side: 0, created_at: "yesterday" }] }, "votes[0].created_at", /time/],
    [{ prompt: "Hi", responses: [pair[0], pair[0]] }, "responses", /same text/],
    [{ prompt: "Hi\u0000" }, "prompt", /U\+0000/],
    [{ prompt: "Hi", metadata: { a: "\u0000" } }, "metadata", /cannot be stored/],
    [{ prompt: "Hi", metadata: { a: "\ud800" } }, "metadata", /cannot be stored/],
    [{ prompt: "Hi", metadata: [1] }, "metadata", /./],
    [{ prompt: "Hi", metadata: JSON.parse('{"a": [{"__proto__": 1}]}') as object }, "metadata", /__proto__/],
    [{ prompt: "Hi", external_id: 7.5 }, "external_id", /neither a text nor a whole number/],
    [{ prompt: "Hi", responses: pair, votes: [{ side: 0, created_at: "2924-01-01" }] }, "votes[0].created_at", /future/],
  ])("refuses %j", (value, field, reason) => {
    expect(problem(value)).toEqual({ field, reason: expect.stringMatching(reason) });
  });

  it.each(["<script>alert(1)</script>", "x".repeat(200_000), "\u202Eעברית العربية", "👩‍👩‍👧‍👦 e\u0301 a\u200Bb", "[1, 2]", "a\r\nb"])(
    "keeps a text as it is (%#)",
    (text) => {
      expect(read({ prompt: text, responses: [{ model: "m", text }] })).toMatchObject({ messages: [user(text)], responses: [{ text }] });
    },
  );
});

describe("preferences of other tools", () => {
  const expected = {
    messages: [user("Q")],
    responses: [{ text: "good" }, { text: "bad" }],
    votes: [{ choice: 0 }],
  };

  it.each([
    ["TRL, strings", { prompt: "Q", chosen: "good", rejected: "bad" }],
    ["TRL, conversational", { prompt: [user("Q")], chosen: [assistant("good")], rejected: [assistant("bad")] }],
    ["TRL, implicit prompt", { chosen: [user("Q"), assistant("good")], rejected: [user("Q"), assistant("bad")] }],
    ["prompt as text, dialogues in full", { prompt: "Q", chosen: [user("Q"), assistant("good")], rejected: [user("Q"), assistant("bad")] }],
    ["HH-RLHF", { chosen: "\n\nHuman: Q\n\nAssistant: good", rejected: "\n\nHuman: Q\n\nAssistant: bad" }],
    ["HH-RLHF with a prompt", { prompt: "\n\nHuman: Q\n\nAssistant:", chosen: "good", rejected: "bad" }],
    ["strings with a common beginning", { chosen: "Q good", rejected: "Q bad" }],
  ])("%s", (_, row) => {
    const got = read(row);
    expect(got).toMatchObject(expected);
    expect(got.votes[0]).not.toHaveProperty("strength", expect.anything());
  });

  it("reads a dialogue of several turns, and keeps line breaks", () => {
    const start = "\n\nHuman: A\nB\n\nAssistant: C\n\nHuman: D\n\nAssistant: ";
    expect(read({ chosen: `${start}x`, rejected: `${start}y\n\nz` })).toMatchObject({
      messages: [user("A\nB"), assistant("C"), user("D")],
      responses: [{ text: "x" }, { text: "y\n\nz" }],
    });
  });

  it("cuts an implicit prompt between words", () => {
    expect(read({ chosen: "The sky is blue", rejected: "The sky is black" })).toMatchObject({
      messages: [user("The sky is")],
      responses: [{ text: "blue" }, { text: "black" }],
    });
  });

  it("reads the rows of our own releases, every kind of the contract's samples", () => {
    const lines = readFileSync("tests/contract/release-rows/canonical.jsonl", "utf8").trim().split("\n");
    for (const line of lines) {
      const row = JSON.parse(line) as {
        strength?: string;
        chosen_side?: "left" | "right";
        round: number;
        chosen: [{ content: string }];
        edited?: [{ content: string }];
      };
      const got = read(row);
      expect(got.responses.map(({ text }) => text)[0]).toBe(row.chosen[0].content);
      expect(got.votes).toHaveLength(1);
      expect(got.votes[0]?.strength).toBe(row.strength);
      expect(got.votes[0]?.edited).toBe(row.edited?.[0].content);
      expect(got.votes[0]?.leftSide).toBe(row.chosen_side && { left: 0, right: 1 }[row.chosen_side]);
      expect(got.round).toBe(row.round);
    }
  });

  it.each([
    [{ prompt: "Q", chosen: "same", rejected: "same" }, "rejected", /same as chosen/],
    [{ prompt: "Q", chosen: "good" }, "rejected", /missing/],
    [{ chosen: "abc", rejected: "xyz" }, "prompt", /no beginning in common/],
    [{ chosen: [user("A"), assistant("x")], rejected: [user("B"), assistant("x")] }, "chosen", /no beginning in common/],
    [{ prompt: "Q", chosen: [user("P"), assistant("x")], rejected: "y" }, "chosen[0]", /differs from the prompt/],
    [{ prompt: "Q", chosen: "a", rejected: "b", strength: "strong" }, "strength", /none of/],
    [{ prompt: "Q", chosen: "a", rejected: "b", margin: 0.5 }, "margin", /without a strength/],
    [{ prompt: "Q", chosen: "a", rejected: "b", edited: "a" }, "edited", /nothing was edited/],
    [{ prompt: "Q", chosen: "a", rejected: "b", choosen: "a" }, "choosen", /did you mean "chosen"/],
    [{ prompt: "Q", chosen: 1, rejected: "b" }, "chosen", /is a number where a text or a list of messages is due/],
    [
      { chosen: [user("A"), assistant("x"), user("B"), assistant("y")], rejected: [user("A"), assistant("z")] },
      "chosen",
      /differs from the other dialogue from message 2/,
    ],
  ])("refuses %j", (value, field, reason) => {
    expect(problem(value)).toEqual({ field, reason: expect.stringMatching(reason) });
  });
});

describe("the options of an import", () => {
  it("are read from an address, whatever else it says", () => {
    const address = { pool: "0197d7a0-0000-7000-8000-000000000000", name: "rows.jsonl" };
    const read = (given: object) => optionsOf(importQuery.parse({ ...address, ...given }));
    expect(read({})).toEqual({ pairs: { rule: "row" }, round: 1, unknownFields: "refuse" });
    expect(read({ pairs: "random", count: "2", seed: "7", round: "3", annotator: "ann", unknownFields: "metadata" })).toEqual({
      ...{ pairs: { rule: "random", count: 2, seed: 7 }, round: 3 },
      ...{ annotator: "ann", unknownFields: "metadata" },
    });
  });
});

describe("pairs of more than two responses", () => {
  const responses = ["a", "b", "c", "d"].map((hash) => ({ hash }));

  it("are all of a row's, unless they are drawn from all of a prompt", () => {
    expect(pairsOfRow({ rule: "row" }, responses)).toHaveLength(6);
    expect(pairsOfRow({ rule: "all" }, responses)).toHaveLength(6);
    expect(pairsOfRow({ rule: "random", count: 2, seed: 0 }, responses)).toHaveLength(0);
    expect(pairsOfRow({ rule: "random", count: 2, seed: 0 }, responses.slice(2))).toHaveLength(1);
  });

  it("are the smallest of a draw, however many there are", () => {
    const many = Array.from({ length: 120 }, (_, n) => ({ hash: `h${n}` }));
    const [few, more] = [3, 7140].map((count) => choosePairs({ rule: "random", count, seed: 5 }, "p", many));
    expect(few).toHaveLength(3);
    expect(more).toEqual(choosePairs({ rule: "all" }, "p", many));
    // The first of a draw of ten are those of a draw of three.
    const ten = choosePairs({ rule: "random", count: 10, seed: 5 }, "p", many);
    for (const pair of few ?? []) expect(ten).toContainEqual(pair);
  });

  it("are all of them, but for equal texts", () => {
    expect(choosePairs({ rule: "all" }, "p", responses)).toHaveLength(6);
    expect(choosePairs({ rule: "all" }, "p", [{ hash: "a" }, { hash: "b" }, { hash: "a" }])).toEqual([[0, 1], [1, 2]]); // prettier-ignore
  });

  it("are drawn by seed, the same each time, whatever the order", () => {
    const draw = (seed: number, of = responses) =>
      choosePairs({ rule: "random", count: 2, seed }, "p", of).map((pair) => pair.map((index) => of[index]?.hash).sort().join("")).sort(); // prettier-ignore
    expect(draw(1)).toHaveLength(2);
    expect(draw(1)).toEqual(draw(1, [...responses].reverse()));
    const draws = new Set(Array.from({ length: 40 }, (_, seed) => draw(seed).join()));
    expect(draws.size).toBeGreaterThan(5);
  });
});
