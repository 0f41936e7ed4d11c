import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RowProblem } from "./problems";
import { importOptions, type ImportOptions } from "./schema";
import { readRecord } from "./shapes";

const options = importOptions.parse({});
const readRow = (value: unknown, given: ImportOptions) => readRecord(value, given).rows[0]!;
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const call = { id: "c1", type: "function", function: { name: "get_time", arguments: '{"zone": "UTC"}' } };
const calls = { role: "assistant", content: null, tool_calls: [call] };
const tools = [{ type: "function", function: { name: "get_time", parameters: { type: "object", properties: { zone: {} } } } }];
const pair = [
  { model: "m1", text: "one" },
  { model: "m2", text: "two" },
];

function problem(value: unknown, given = options): string {
  try {
    readRow(value, given);
  } catch (error) {
    if (error instanceof RowProblem) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

describe("messages of today's models", () => {
  it("are read as prompts, and a response is text, tool calls or both", () => {
    const prompt = [user("What time?"), calls, { role: "tool", tool_call_id: "c1", content: "12:00" }];
    const row = readRow({ prompt, chosen: [calls], rejected: [{ ...calls, content: "Let me look." }], tools }, options);
    expect(row.messages[1]).toEqual({ ...calls, content: "" });
    expect(row.tools).toEqual(tools);
    expect(row.responses).toEqual([
      { model: "unknown", text: "", toolCalls: [call], params: {} },
      { model: "unknown", text: "Let me look.", toolCalls: [call], params: {} },
    ]);
    const responses = [{ model: "m1", tool_calls: [call] }, pair[1]];
    expect(readRow({ prompt, responses, tools: JSON.stringify(tools) }, options)).toMatchObject({
      tools,
      responses: [{ text: "", toolCalls: [call] }, { text: "two" }],
    });
  });

  it("are found in dialogues whose prompt is implicit", () => {
    const start = [user("q"), calls, { role: "tool", content: "12:00" }];
    const row = readRow({ chosen: [...start, assistant("Noon.")], rejected: [...start, calls] }, options);
    expect(row.messages).toHaveLength(3);
    expect(row.responses).toMatchObject([{ text: "Noon." }, { text: "", toolCalls: [call] }]);
  });

  it.each([
    [{ prompt: "q", chosen: [calls], rejected: [calls] }, /rejected: is the same as chosen/],
    [{ prompt: "q", chosen: [calls], rejected: "b", edited: "c" }, /edited: is an edit of a response with tool calls/],
    [{ prompt: "q", chosen: "a", rejected: "b", edited: [calls] }, /edited: calls tools; an edit is a text/],
    [{ prompt: "q", chosen: [{ ...assistant("a"), name: "bot" }], rejected: "b" }, /chosen\[0\]\.name: has no place in a response/],
    [{ prompt: "q", chosen: [{ role: "tool", content: "a" }], rejected: "b" }, /chosen: is not one assistant message/],
    [{ prompt: [user("q"), calls], chosen: "a", rejected: "b" }, /prompt: ends on tool calls/],
    [{ prompt: [{ role: "user", content: [{ type: "image_url" }] }] }, /prompt\[0\]\.content\[0\]: is a picture/],
    [{ prompt: "q", tools: [1] }, /tools\[0\]/],
  ])("refuses %j", (row, reason) => {
    expect(problem(row)).toMatch(reason);
  });

  it("of the file of inputs that failed are taken, but for what is no message", () => {
    const rows = readFileSync("tests/support/tools.jsonl", "utf8").trim().split("\n");
    for (const row of rows) expect(readRow(JSON.parse(row), options).responses).toHaveLength(2);
  });
});

describe("what a row says beside prompt, responses and choices", () => {
  it("is kept: ids and facts of responses, of the pair and of votes, and votes without a side or a name", () => {
    const row = readRow(
      {
        prompt: "q",
        responses: pair.map((response, index) => ({ ...response, external_id: `r${index}`, metadata: { rank: index } })),
        comparison: { external_id: "c1", metadata: { set: "a" } },
        votes: [
          { choice: "tie", comment: "Both fine." },
          { choice: "both_bad", annotator: "ann", reason: "Wrong.", metadata: '{"confidence": 3}', external_id: "v2" },
        ],
      },
      options,
    );
    expect(row).toMatchObject({
      responses: [{ externalId: "r0", metadata: { rank: 0 } }, { externalId: "r1" }],
      comparison: { externalId: "c1", metadata: { set: "a" } },
      votes: [
        { choice: "tie", comment: "Both fine.", field: "votes[0]" },
        { choice: "both_bad", annotator: "ann", reason: "Wrong.", metadata: { confidence: 3 }, externalId: "v2" },
      ],
    });
    expect(row.votes[0]).not.toHaveProperty("annotator");
  });

  it("is kept of a preference", () => {
    const given = { prompt: "q", chosen: "a", rejected: "b", comment: "c", reason: "r", vote_id: "v", vote_metadata: { n: 1 } };
    expect(readRow(given, options).votes).toMatchObject([{ choice: 0, comment: "c", reason: "r", externalId: "v", metadata: { n: 1 } }]);
  });

  it("becomes metadata where the options say so and no form knows the field", () => {
    const keeping = importOptions.parse({ unknownFields: "metadata" });
    const row = { prompt: "q", chosen: "a", rejected: "b", score: 0.5, source: "web", metadata: { topic: "x", source: "web" } };
    expect(readRow(row, keeping).metadata).toEqual({ topic: "x", source: "web", score: 0.5 });
    expect(readRow({ prompt: "q", lang: null }, keeping).metadata).toEqual({ lang: null });
    expect(problem({ ...row, source: "book" }, keeping)).toMatch(/source: stands in metadata too, with another value/);
    expect(problem(row)).toMatch(/"score" and "source" are not fields/);
  });

  it("costs no other vote when a vote cannot be read", () => {
    const votes = [{ annotator: "ann", side: 0 }, { annotator: "bob", side: 3 }, { annotator: "cy", side: 1, edited: "two" }, { side: 1 }];
    const row = readRow({ prompt: "q", responses: pair, votes }, options);
    expect(row.votes.map(({ annotator }) => annotator)).toEqual(["ann", undefined]);
    expect(row.badVotes?.map(({ field }) => field)).toEqual(["votes[1].side", "votes[2].edited"]);
  });
});
