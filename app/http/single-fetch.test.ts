import { encode } from "turbo-stream";
import { expect, it } from "vitest";
import { parseJsonText } from "../json";

/** What a page answers with, as single fetch writes it. */
const written = (value: unknown) => new Response(encode(value) as ReadableStream<Uint8Array>).text();

const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`) as unknown;

/** The encoder walks values by recursion (CVE-2026-34077): docs/decisions/0016-single-fetch.md. */
it("fails on what is nested a thousand levels deep", async () => {
  await expect(written(nested(10_000))).rejects.toThrow(RangeError);
});

it("writes the deepest value that is read from outside, wherever a page puts it", async () => {
  const deepest = parseJsonText(JSON.stringify(nested(100)));
  let page: unknown = Array.from({ length: 50 }, () => structuredClone(deepest));
  for (let level = 0; level < 100; level++) page = { page };
  expect((await written(page)).length).toBeGreaterThan(50 * 100);
});
