import fc from "fast-check";
import { distance as exact } from "fastest-levenshtein";
import { describe, expect, it } from "vitest";
import { editDistance } from "./edit-distance";
import { checkEdit } from "./rules";

const original = "The capital of Australia is Canberra, which lies inland.";
const answer = (changes: object = {}) => ({ nothingToImprove: false, comment: "", ...changes });
const edit = (text: string, comment = "") => answer({ edit: { text }, comment });

describe("what a pool's edit policy accepts", () => {
  it("off: no edit", () => {
    expect(checkEdit("off", original, answer())).toBeNull();
    expect(() => checkEdit("off", original, edit("Canberra."))).toThrow(/does not take edits/);
  });

  it("optional: with or without", () => {
    expect(checkEdit("optional", original, answer())).toBeNull();
    expect(checkEdit("optional", original, edit(original.replace("inland", "far inland")))).toMatchObject({ distance: 4 });
  });

  it("required: an edit, or that there is nothing to improve and why", () => {
    expect(() => checkEdit("required", original, answer())).toThrow(/asks for an edit/);
    expect(() => checkEdit("required", original, answer({ nothingToImprove: true, comment: " " }))).toThrow(/why/);
    expect(checkEdit("required", original, answer({ nothingToImprove: true, comment: "It is exact." }))).toBeNull();
    expect(() => checkEdit("required", original, answer({ nothingToImprove: true, edit: { text: "x" } }))).toThrow(/Take back one/);
  });

  it("refuses an edit that changes nothing, or only what a browser changes by itself", () => {
    for (const same of [original, `${original}\n`, `  ${original}`])
      expect(() => checkEdit("optional", original, edit(same))).toThrow(/changes nothing/);
    expect(() => checkEdit("optional", "a\r\nb", edit("a\nb"))).toThrow(/changes nothing/);
    expect(() => checkEdit("optional", original, edit("  "))).toThrow(/empty/);
  });

  it("asks why when an edit replaces nearly everything", () => {
    const other = "Zzz! Qqq? 12345 67890 @@@@@ ##### %%%%% &&&&& _____ ~~~~~";
    expect(() => checkEdit("optional", original, edit(other))).toThrow(/Say in the comment why/);
    expect(checkEdit("optional", original, edit(other, "It was off topic."))?.share).toBeGreaterThan(0.8);
    expect(checkEdit("optional", "4", edit("5"))).toMatchObject({ distance: 1, share: 1 });
  });
});

describe("edit distance", () => {
  it("is Levenshtein's for texts of ordinary length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (a, b) => editDistance(a, b).distance === exact(a, b)),
    );
  });

  it("handles 200,000 characters without holding up the server, and never says less than is true", () => {
    const words = Array.from({ length: 34_000 }, (_, n) => `w${(n * 7919) % 9973}`);
    const long = words.join(" ").slice(0, 200_000);
    const edited = `Intro. ${words.map((word, n) => (n % 400 === 0 ? `${word}!` : word)).join(" ")}`.slice(0, 200_000);
    const started = performance.now();
    const { distance, share } = editDistance(long, edited);
    // The bound is far above what it takes, so that a busy machine does not fail it; the exact computation takes minutes.
    expect(performance.now() - started).toBeLessThan(2000);
    expect(distance).toBeGreaterThanOrEqual(7 + 85);
    expect(share).toBeLessThan(0.01);
  });

  it("gives up in time on long texts that have nothing in common", () => {
    const started = performance.now();
    expect(editDistance("abc ".repeat(50_000), "xyz ".repeat(50_000)).share).toBeGreaterThan(0.99);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
