import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { identityLeak } from "./identity";

/** The worker's tests read the same sentences, so that both sides find the same. */
const samples = JSON.parse(readFileSync("tests/contract/identity-leaks.json", "utf8")) as Record<"leaks" | "harmless", string[]>;

describe("a response that gives its model away", () => {
  it.each(samples.leaks)("flags: %s", (text) => {
    expect(identityLeak(text)).toBeTruthy();
  });

  it.each(samples.harmless)("leaves alone: %s", (text) => {
    expect(identityLeak(text)).toBeUndefined();
  });

  it("knows the name that came with the response, when it is a telling one", () => {
    expect(identityLeak("Hello, I am aurora-8b-r1.", "lab/aurora-8b-r1")).toBeTruthy();
    expect(identityLeak("Hello, I am aurora-8b-r1.")).toBeUndefined();
    expect(identityLeak("Then I am base, you see.", "base")).toBeUndefined();
  });

  it("takes a long text in its stride", () => {
    const text = "I am a model of this and that, made and created by nobody, as an AI would say. ".repeat(5000);
    const start = performance.now();
    expect(identityLeak(text)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
