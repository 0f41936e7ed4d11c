import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repeatedParquet } from "../../../tests/support/parquet";
import { readParquet } from "./parquet.server";
import type { SourceRecord } from "./record";

let file: string;
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), "tiebreak-parquet-")), "rows.parquet");
});
afterAll(() => rm(path.dirname(file), { recursive: true }));

async function read(rows = Infinity): Promise<SourceRecord[]> {
  const found: SourceRecord[] = [];
  for await (const record of readParquet(file)) if (found.push(record) === rows) break;
  return found;
}

const text = fc.option(fc.string({ unit: "grapheme", maxLength: 40 }), { nil: null });
const row = fc.record({
  words: fc.array(fc.string({ maxLength: 100 }), { maxLength: 4 }),
  text,
  source: fc.constantFrom("web", "book", null),
});

describe("slices of row groups", () => {
  it(
    "are the rows that reading all at once gives, over the ends of pages, with lists, nulls and dictionaries",
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 2000 }), async (rows, pageSize) => {
          // 1,200 rows, so that a group has more than one slice.
          const many = Array.from({ length: 1200 }, (_, index) => rows[index % rows.length]!);
          const columnData = [
            { name: "words", data: many.map(({ words }) => words) },
            { name: "text", data: many.map((one) => one.text), type: "STRING" as const, nullable: true },
            { name: "source", data: many.map(({ source }) => source), type: "STRING" as const, nullable: true },
          ];
          await writeFile(file, Buffer.from(parquetWriteBuffer({ columnData, pageSize, rowGroupSize: 1150 })));
          const whole = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
          const sliced = (await read()).map((record) => ("value" in record ? record.value : record.bad));
          // One by one, since comparing them all in words takes seconds.
          const differs = whole.findIndex((one, index) => !isDeepStrictEqual(one, sliced[index]));
          expect([differs, sliced[differs], sliced.length]).toEqual([-1, whole[differs], whole.length]);
        }),
        { numRuns: 10 },
      );
    },
  );
});

describe("a few kilobytes that stand for millions of rows", () => {
  const COLUMNS = ["prompt", "chosen", "rejected"].map((name) => ({ name, value: `The ${name}` }));
  const row = { prompt: "The prompt", chosen: "The chosen", rejected: "The rejected" };

  it.each([
    ["one page of 60,000,000 rows", [60_000_000]],
    ["sixty pages of 1,000,000 rows", Array.from({ length: 60 }, () => 1_000_000)],
  ])("%s: are read a slice at a time", async (_, pages) => {
    const bytes = repeatedParquet(COLUMNS, pages);
    expect(bytes.length).toBeLessThan(10_000);
    await writeFile(file, bytes);
    const before = process.memoryUsage().rss;
    let most = 0;
    let rows = 0;
    for await (const record of readParquet(file)) {
      if (rows % 1000 === 0) {
        most = Math.max(most, process.memoryUsage().rss - before);
        expect("value" in record && record.value).toEqual(row);
      }
      if (++rows === 20_000) break;
    }
    // All rows of one column alone would take 480 MB.
    expect(most).toBeLessThan(150_000_000);
  });

  it("are refused in words where they are lists, which cannot be read in parts", async () => {
    const [prompt] = COLUMNS;
    await writeFile(file, repeatedParquet([prompt!, { name: "metadata", value: "x", list: true }], [60_000_000]));
    await expect(read(1)).rejects.toThrow(/^Row group 1 \(rows 1 to 60000000\) has a page of 60,000,000 values.*row_group_size=10000\.$/);
    await writeFile(file, repeatedParquet([prompt!, { name: "metadata", value: "x", list: true }], [3]));
    expect(await read()).toMatchObject([{ value: { metadata: ["x"] } }, { line: 2 }, { line: 3 }]);
  });
});
