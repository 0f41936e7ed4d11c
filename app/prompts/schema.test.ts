import { describe, expect, it } from "vitest";
import { contentHash, promptColumns } from "./content.server";
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
    expect(messages.safeParse([{ role: "user", content: "x", name: "y" }]).success).toBe(false);
  });

  it("numbers messages as a person counts them", () => {
    expect(orderProblem(["system", "user", "assistant", "assistant"])).toMatch(/^message 4 /);
  });
});

describe("content", () => {
  it("has a hash that depends on roles and texts, and on nothing else", () => {
    expect(contentHash([user("Hi")])).toBe(contentHash([{ content: "Hi", role: "user" }]));
    expect(contentHash([user("Hi")])).not.toBe(contentHash([user("hi")]));
    expect(contentHash([user("a"), assistant("b"), user("c")])).not.toBe(contentHash([user("a"), assistant("bc")]));
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
