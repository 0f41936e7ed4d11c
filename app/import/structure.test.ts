import { describe, expect, it } from "vitest";
import { RowProblem } from "./problems";
import { parsePython } from "./python";
import { importOptions } from "./schema";
import { readRecord } from "./shapes";
import { parseTime } from "./time";

const options = importOptions.parse({});
const read = (value: unknown) => readRecord(value, options).rows[0]!;
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const expected = { messages: [user("Q")], responses: [{ text: 'It\'s "good"\n' }, { text: "bad" }], votes: [{ choice: 0 }] };

function problem(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    if (error instanceof RowProblem) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

/** As Python's repr() writes a text: in single quotes, unless there is one in it. */
const repr = (text: string) => (text.includes("'") ? `"${text}"` : `'${text}'`).replaceAll("\n", "\\n");
const dict = ({ role, content }: { role: string; content: string }) =>
  `{'role': '${role}', 'content': ${content.includes('"') ? `'${content.replaceAll("'", "\\'").replaceAll("\n", "\\n")}'` : repr(content)}}`;
const python = (...messages: { role: string; content: string }[]) => `[${messages.map(dict).join(", ")}]`;
const numpy = (...messages: { role: string; content: string }[]) => `[${messages.map(dict).join("\n ")}]`;
const array = (...messages: { role: string; content: string }[]) => `array([${messages.map(dict).join(",\n       ")}], dtype=object)`;
const json = (...messages: object[]) => JSON.stringify(messages);
const chatml = (...messages: { role: string; content: string }[]) =>
  messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("");

describe("a text that is plainly messages is read as them", () => {
  it.each([
    ["Python", python],
    ["NumPy", numpy],
    ["NumPy, as array()", array],
    ["JSON", json],
  ])("in the notation of %s", (_, write) => {
    const [good, bad] = [assistant('It\'s "good"\n'), assistant("bad")];
    expect(read({ prompt: write(user("Q")), chosen: write(good), rejected: write(bad) })).toMatchObject(expected);
    expect(read({ prompt: "Q", chosen: write(user("Q"), good), rejected: write(user("Q"), bad) })).toMatchObject(expected);
    expect(read({ chosen: write(user("Q"), good), rejected: write(user("Q"), bad) })).toMatchObject(expected);
    const responses = [
      { model: "m1", text: write(good) },
      { model: "m2", text: "bad" },
    ];
    expect(read({ prompt: write(user("Q")), responses })).toMatchObject({ messages: expected.messages, responses: expected.responses });
  });

  it("in one object, in ShareGPT's names, and in ChatML", () => {
    expect(read({ prompt: dict(user("Q")), chosen: '{"role": "assistant", "content": "a"}', rejected: "b" })).toMatchObject({
      messages: [user("Q")],
      responses: [{ text: "a" }, { text: "b" }],
    });
    expect(read({ prompt: "[{'from': 'human', 'value': 'Q'}]", chosen: '[{"from": "gpt", "value": "a"}]', rejected: "b" })).toMatchObject({
      messages: [user("Q")],
      responses: [{ text: "a" }, { text: "b" }],
    });
    const prompt = `${chatml({ role: "system", content: "S" }, user("Q"))}<|im_start|>assistant\n`;
    expect(read({ prompt, chosen: "a", rejected: "b" }).messages).toEqual([{ role: "system", content: "S" }, user("Q")]);
    const llama =
      "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
    expect(read({ prompt: llama, chosen: "a", rejected: "b" }).messages).toEqual([user("Q")]);
  });

  it("and its other fields too: metadata, responses, votes", () => {
    const row = { prompt: "Q", responses: "[{'model': 'm1', 'text': 'a'}, {'model': 'm2', 'text': 'b'}]", votes: "[{'side': 0}]", metadata: "{'n': None}" }; // prettier-ignore
    expect(read(row)).toMatchObject({ metadata: { n: null }, responses: [{ text: "a" }, { text: "b" }], votes: [{ choice: 0 }] });
  });
});

describe("what cannot be read right is a bad row that says what it looks like", () => {
  it.each([
    [{ prompt: "[{'role': 'user', 'content': 'cut off…", chosen: "a", rejected: "b" }, /prompt: looks like a list of messages .* cut off/],
    [{ prompt: '["Is it fair?","Why?"]', chosen: "a", rejected: "b" }, /prompt: is a list of 2 texts that does not say who speaks/],
    [{ prompt: ["Q"], chosen: "a", rejected: "b" }, /prompt: is a list of one text/],
    [{ prompt: "['Q' 'R']", responses: [] }, /prompt: is a list of 2 texts/],
    [{ prompt: "<s>[INST] Q [/INST]", chosen: "a", rejected: "b" }, /Llama 2's template/],
    [{ prompt: "<|im_start|>", chosen: "a", rejected: "b" }, /looks like ChatML/],
    [
      { prompt: "Q", responses: [{ model: "m", text: json(user("Q"), assistant("a"), user("R")) }] },
      /responses\[0\]\.text: is not one assistant message/,
    ],
    [{ prompt: "\n\nHuman: Q", chosen: "a", rejected: "b" }, /may be a transcript/],
    [{ prompt: "Human: noun?\n\nAssistant: yes\n\nHuman: or verb?", chosen: "a", rejected: "b" }, /may be a transcript/],
  ])("%j", (row, message) => {
    expect(problem(row)).toMatch(message);
  });
});

describe("a text that only begins like something else stays a text", () => {
  it.each([
    "Human: or robot? Decide.",
    "  Human: trimmed?",
    "Complete it.\n\nHuman: Where?\n\nAssistant:",
    "[1, 2, 3] sorted?",
    '{"a": 1} is JSON',
    "['a', 'b'].sort() gives what?",
    "(a) or (b)?",
    '[{"id": 1, "name": "x"}]',
    "[ ] to do",
  ])("%j", (text) => {
    const row = { prompt: text, responses: [{ model: "m1", text }, { model: "m2", text: `${text}.` }] }; // prettier-ignore
    expect(read(row)).toMatchObject({ messages: [user(text)], responses: [{ text }, { text: `${text}.` }] });
    expect(read({ prompt: text, chosen: text, rejected: `${text}.` })).toMatchObject({ messages: [user(text)], responses: [{ text }, { text: `${text}.` }] }); // prettier-ignore
  });

  it("a list of texts is an answer like any other, and so is what is written as a message", () => {
    const list = '["apple", "pear"]';
    expect(read({ prompt: "Fruit as JSON", chosen: list, rejected: "no" }).responses[0]).toMatchObject({ text: list });
    const notation = python(user("Q"));
    expect(read({ prompt: [user(notation)], chosen: [assistant(notation)], rejected: "no" })).toMatchObject({
      messages: [user(notation)],
      responses: [{ text: notation }, { text: "no" }],
    });
  });
});

describe("Python's notation", () => {
  it.each([
    ["{'a': [1, -2.5, 1e3, None, True, False], 'b': ('x',)}", { a: [1, -2.5, 1000, null, true, false], b: ["x"] }],
    [String.raw`'tab\t quote\' back\\slash \x41 \u00e4 \U0001f600'`, "tab\t quote' back\\slash A ä 😀"],
    [`array(['a', 'b'], dtype='<U1')`, ["a", "b"]],
    ["array([1, 2, nan])", [1, 2, null]],
    ["['a' 'b'\n 'c']", ["a", "b", "c"]],
    ["[]", []],
    ["{}", {}],
  ])("%s", (text, value) => expect(parsePython(text)).toEqual(value));

  it.each([
    "{'a': }",
    "['a'",
    "{'a' 'b'}",
    "foo",
    "['a'] and more",
    "{'a': 1 'b': 2}",
    "open('x')",
    `${"[".repeat(200)}${"]".repeat(200)}`,
  ])("%s is none", (text) => expect(parsePython(text)).toBeUndefined());
});

describe("times as people and programs write them", () => {
  it.each([
    ["2024-03-01T23:30:00Z", "2024-03-01T23:30:00.000Z"],
    ["2024-03-01 23:30:00", "2024-03-01T23:30:00.000Z"],
    ["2024-03-01 23:30:00.123456+0530", "2024-03-01T18:00:00.123Z"],
    ["2024-03-01T23:30:00+05:30", "2024-03-01T18:00:00.000Z"],
    ["2024-03-01 23:30:00 UTC", "2024-03-01T23:30:00.000Z"],
    ["2024-03-01 23:30-08", "2024-03-02T07:30:00.000Z"],
    ["2024-03-01", "2024-03-01T00:00:00.000Z"],
    [1682351591.13, "2023-04-24T15:53:11.130Z"],
    ["1682351591", "2023-04-24T15:53:11.000Z"],
    [1682351591130, "2023-04-24T15:53:11.130Z"],
  ])("%s", (given, time) => expect(parseTime(given)?.toISOString()).toBe(time));

  it.each(["yesterday", "2024-02-30", "2024-13-01", "01.03.2024", "03/01/2024", "12", "", "2024-03-01 25:00:00"])("%s is none", (given) =>
    expect(parseTime(given)).toBeUndefined(),
  );
});

it("warns of a prompt of one word that was only found in the answers", () => {
  const implicit = (chosen: string, rejected: string) => readRecord({ chosen, rejected }, options).warning;
  expect(implicit("I can help.", "I cannot.")).toMatch(/^There is no prompt, .*: "I"\. Is the prompt in another column/);
  expect(implicit("The sky is blue", "The sky is black")).toBeUndefined();
});
