import { describe, expect, it } from "vitest";
import { changeAt, wordDiff } from "./word-diff";

describe("the difference between two texts", () => {
  it("gives both texts back whole", () => {
    const { by, changes } = wordDiff("one two three", "one 2 three four");
    const side = (kind: "added" | "removed") =>
      changes
        .filter((change) => change.kind === "same" || change.kind === kind)
        .map(({ text }) => text)
        .join("");
    expect(by).toBe("words");
    expect([side("removed"), side("added")]).toEqual(["one two three", "one 2 three four"]);
  });

  it("compares by characters where words have no spaces between them", () => {
    const { changes } = wordDiff("我买了电脑", "我买了电话");
    expect(changes.filter(({ kind }) => kind !== "same").map(({ text }) => text)).toEqual(["脑", "话"]);
  });

  it("does not go through long texts word by word", () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, n) => `${word} ${n % 7} line`).join("\n");
    expect(wordDiff(lines("a"), lines("b")).by).not.toBe("words");
  });

  it("compares code by lines, prose around it by words, and says which is code", () => {
    const text = (line: string, word: string) => `See ${word}:\n\n\`\`\`py\nif x:\n    ${line}\n\`\`\`\nEnd.`;
    const { changes } = wordDiff(text("return 1", "this"), text("return 2", "that"));
    expect(changes).toEqual([
      { kind: "same", text: "See " },
      { kind: "removed", text: "this" },
      { kind: "added", text: "that" },
      { kind: "same", text: ":\n\n" },
      { kind: "same", text: "```py\nif x:\n", code: true },
      { kind: "removed", text: "    return 1\n", code: true },
      { kind: "added", text: "    return 2\n", code: true },
      { kind: "same", text: "```\n", code: true },
      { kind: "same", text: "End." },
    ]);
  });

  it("finds the change at the cursor, or the last one before it", () => {
    const diff = wordDiff("one two three four", "one 2 three 4!");
    expect(diff.changes.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same", "removed", "added"]);
    expect(changeAt(diff, 0)).toBeUndefined();
    expect(changeAt(diff, 5)).toEqual({ kind: "added", index: 0 });
    expect(changeAt(diff, 10)).toEqual({ kind: "added", index: 0 });
    expect(changeAt(diff, 14)).toEqual({ kind: "added", index: 1 });
    expect(changeAt(wordDiff("one two", "one"), 3)).toEqual({ kind: "removed", index: 0 });
  });
});
