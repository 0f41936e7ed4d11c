import { describe, expect, it } from "vitest";
import { contentHash, promptColumns, responseHash } from "./content.server";
import { messages, orderProblem, writtenText } from "./schema";

const user = (content: string) => ({ role: "user" as const, content });
const assistant = (content: string) => ({ role: "assistant" as const, content });
const system = (content: string) => ({ role: "system" as const, content });
const problems = (value: unknown) => messages.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

describe("messages of a prompt", () => {
  it("takes a question, a dialogue, and a system message in front", () => {
    expect(problems([user("Hi")])).toEqual([]);
    expect(problems([system("Be brief."), user("Hi"), assistant("Hello"), user("Bye")])).toEqual([]);
  });

  it.each([
    [[assistant("Hello"), user("Hi")], /message 1 has the role assistant where user is due/],
    [[user("Hi"), system("Be brief."), user("Bye")], /message 2 has the role system; a system message may only come first/],
    [[user("Hi"), user("Again")], /message 2 has the role user where assistant is due/],
    [[user("Hi"), assistant("Hello")], /ends on an assistant message/],
    [[system("Be brief.")], /no user message/],
    [[], /no message/],
    [[user("  \n")], /is empty/],
    [[user("a\u0000b")], /U\+0000/],
    [[user("a\uD800b")], /surrogate/],
  ])("refuses %j", (value, message) => {
    expect(problems(value).join()).toMatch(message);
  });

  it("refuses a role and a key that it does not know", () => {
    expect(messages.safeParse([{ role: "moderator", content: "x" }]).success).toBe(false);
    expect(messages.safeParse([{ role: "user", content: "x", mood: "y" }]).success).toBe(false);
  });

  const call = { id: "c1", type: "function" as const, function: { name: "get_time", arguments: "{}" } };
  const calls = { role: "assistant" as const, content: "", tool_calls: [call] };
  const result = { role: "tool" as const, content: "12:00", tool_call_id: "c1" };

  it("takes tools that are called and answer, and gives them back as they were", () => {
    const dialogue = [system("s"), { role: "developer", content: "d" }, user("q"), calls, result, result, assistant("a"), user("r")];
    expect(messages.parse(dialogue)).toEqual(dialogue);
    expect(messages.parse([user("q"), calls, { role: "tool", content: "", name: "get_time" }])).toHaveLength(3);
    expect(messages.parse([{ role: "user", content: "named", name: "bob" }])).toEqual([{ role: "user", content: "named", name: "bob" }]);
    const object = { ...calls, tool_calls: [{ function: { name: "f", arguments: { z: 1, a: [null] } } }] };
    expect(JSON.stringify(messages.parse([user("q"), object, result])[1])).toBe(JSON.stringify(object));
  });

  it("reads null as nothing, and joins text parts", () => {
    const given = [
      {
        role: "user",
        content: [
          { type: "text", text: "What " },
          { type: "text", text: "now?" },
        ],
        name: null,
      },
      { ...calls, content: null, refusal: null },
      { ...result, tool_calls: [] },
    ];
    expect(messages.parse(given)).toEqual([user("What now?"), calls, result]);
  });

  it.each([
    [[user("q"), calls], /ends on tool calls/],
    [[user("q"), calls, user("r")], /message 3 has the role user where tool is due/],
    [[user("q"), result], /message 2 has the role tool where assistant is due/],
    [[user("q"), { role: "developer", content: "d" }, user("r")], /a developer message may only come first/],
    [[user("q"), { ...calls, tool_calls: [{ type: "custom", custom: {} }] }, result], /is not "function"/],
    [[user("q"), { ...calls, tool_calls: [{ function: { name: "f", arguments: 7 } }] }, result], /neither JSON text nor an object/],
    [[{ ...user("q"), tool_calls: [call] }], /belongs to a message of the role assistant, not user/],
    [[{ ...user("q"), tool_call_id: "c1" }], /belongs to a message of the role tool, not user/],
    [[{ role: "user", content: [{ type: "image_url", image_url: {} }] }], /is a picture \(image_url\); only text is taken/],
    [[{ role: "user", content: [{ type: "audio" }] }], /is of the type audio/],
    [[{ role: "user", content: [{ type: "text", text: "a", cache_control: {} }] }], /field "cache_control"/],
    [[{ role: "user", content: [{ type: "text" }] }], /not a text part/],
    [[user("q"), { role: "assistant", content: null }, user("r")], /is empty/],
  ])("refuses %j", (value, problem) => {
    expect(problems(value).join()).toMatch(problem);
  });

  it("numbers messages as a person counts them", () => {
    expect(orderProblem([system("a"), user("b"), assistant("c"), assistant("d")])).toMatch(/^message 4 /);
  });
});

describe("content", () => {
  it("has a hash that depends on roles and texts, and on nothing else", () => {
    expect(contentHash([user("Hi")])).toBe(contentHash([{ content: "Hi", role: "user" }]));
    expect(contentHash([user("Hi")])).not.toBe(contentHash([user("hi")]));
    expect(contentHash([user("a"), assistant("b"), user("c")])).not.toBe(contentHash([user("a"), assistant("bc")]));
  });

  it("keeps the hashes that prompts and responses have had all along", () => {
    const dialogue = [system("Be brief."), user("Hi"), assistant("Hello"), user("Grüße 👋")];
    expect(contentHash(dialogue)).toBe("fb6829171c008502b68192b81484f2bbe94321d2ae62dd1cf7ed79131e849617");
    expect(responseHash("Hello")).toBe("185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969");
  });

  it("has a hash that tells calls, names and tools apart, and does not depend on the order of keys", () => {
    const call = (args: Record<string, number>) => ({ role: "assistant" as const, content: "", tool_calls: [{ function: { name: "f", arguments: args } }] }); // prettier-ignore
    const asked = (args: Record<string, number>) => contentHash([user("q"), call(args), { role: "tool", content: "1" }]);
    expect(asked({ a: 1, b: 2 })).toBe(asked({ b: 2, a: 1 }));
    const tools = [{ type: "function", function: { name: "f" } }];
    const hashes = [asked({ a: 1 }), asked({ a: 2 }), contentHash([user("q")]), contentHash([{ ...user("q"), name: "bob" }]), contentHash([user("q")], tools), contentHash([user("q")], [])]; // prettier-ignore
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(responseHash("", [{ function: { name: "f", arguments: "{}" } }])).not.toBe(responseHash(""));
  });

  it("shows the last user turn, cut between characters", () => {
    const long = `${"x".repeat(3999)}😀 and more`;
    expect(promptColumns([user("first"), assistant("b"), user(long)])).toMatchObject({ turns: 2, excerpt: "x".repeat(3999) });
  });

  it("keeps zero-width, right-to-left and combined characters as they are", () => {
    const text = "a\u200Bb שלום \u202Eabc\u202C 👩‍👩‍👧 e\u0301";
    expect(writtenText.parse(text)).toBe(text);
  });
});
