import fc from "fast-check";
import { expect, it } from "vitest";
import { parseJsonText } from "./json";

const nested = (levels: number, open = "[", close = "]", inner = "1") => open.repeat(levels) + inner + close.repeat(levels);

it("reads what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 20 }), (text) => {
      expect(parseJsonText(text)).toEqual(JSON.parse(text));
    }),
  );
  for (const text of ["", "{", '"', '"\\', '{"a":}', "[1,]", "nul"]) expect(() => parseJsonText(text)).toThrow(SyntaxError);
});

it("does not take brackets within strings for levels", () => {
  const text = `["${"[{".repeat(1000)}", "\\"${"[".repeat(500)}", "\\\\", "${"]".repeat(300)}"]`;
  expect(parseJsonText(text)).toEqual(JSON.parse(text));
});

it("refuses what is nested too deeply, in a few milliseconds and in words", () => {
  expect(parseJsonText(nested(100))).toBeDefined();
  for (const text of [nested(101), nested(300_000), nested(300_000, '{"a":', "}"), "[".repeat(5_000_000), `{"\\"":${nested(200_000)}}`])
    expect(() => parseJsonText(text)).toThrow(/nests lists and objects more than 100 levels/);
});
