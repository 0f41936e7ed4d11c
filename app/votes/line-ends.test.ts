import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainLineEnds, withLineEndsOf } from "./line-ends";
import { checkEdit } from "./rules";

const original = "First text 0\r\nSecond line\r\n\r\n- item one\r\n- item two";
/** What a field of a browser gives back for a text. */
const field = plainLineEnds;

describe("the line ends of an edit", () => {
  it("are those of the original: one letter is a distance of one", () => {
    const edited = field(original).replace("item one", "item one!");
    expect(checkEdit("optional", original, { edit: { text: edited }, nothingToImprove: false, comment: "" })).toEqual({
      text: original.replace("item one", "item one!"),
      distance: 1,
      share: 1 / (original.length + 1),
    });
  });

  it("are those of the original where what was typed is taken back", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "\r\n", "\n", "\r")), (parts) => {
        const text = parts.join("");
        expect(withLineEndsOf(text, field(text))).toBe(text);
        expect(field(withLineEndsOf(text, "a\nb\nc"))).toBe("a\nb\nc");
      }),
    );
  });

  it("are the commonest of the original for new lines", () => {
    expect(withLineEndsOf(original, "New\nFirst text 0\n")).toBe("New\r\nFirst text 0\r\n");
    expect(withLineEndsOf("one line", "two\r\nlines")).toBe("two\nlines");
  });

  it("stay as mixed as they were", () => {
    const mixed = "a\r\nb\nc\r\nd\ne\r\nf";
    expect(withLineEndsOf(mixed, "a\nB\nc\nx\nd\nE\nf")).toBe("a\r\nB\r\nc\r\nx\r\nd\nE\r\nf");
    expect(withLineEndsOf(mixed, "a\nb\nc\nd\ne\nf\ng")).toBe("a\r\nb\nc\r\nd\ne\r\nf\r\ng");
  });
});
