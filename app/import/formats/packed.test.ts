import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import archiver from "archiver";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBytes } from "./bytes.server";
import { detectFormat, readRecords } from "./detect.server";
import { readJson } from "./json.server";
import { MAX_RECORD, type SourceRecord } from "./record";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "tiebreak-packed-"));
});
afterAll(() => rm(dir, { recursive: true }));

async function read(name: string, content: string | Uint8Array): Promise<SourceRecord[]> {
  const full = path.join(dir, "file");
  await writeFile(full, content);
  const records: SourceRecord[] = [];
  for await (const record of readRecords(await detectFormat(full, name), full)) records.push(record);
  return records;
}

const values = (records: SourceRecord[]) => records.map((record) => ("value" in record ? record.value : record.bad.reason));
const rows = Array.from({ length: 3000 }, (_, n) => ({
  prompt: `Question ${n}: ${"why ".repeat(n % 50)}`,
  chosen: `a${n}`,
  rejected: "ä",
}));
const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join("");

async function zip(files: Record<string, string>, store = false): Promise<Buffer> {
  const archive = archiver("zip", { store });
  for (const [name, content] of Object.entries(files)) archive.append(content, { name });
  const parts: Buffer[] = [];
  archive.on("data", (part: Buffer) => parts.push(part));
  await archive.finalize();
  return Buffer.concat(parts);
}

/** A zstd frame of raw blocks, or of one byte repeated: what a bomb is made of. RFC 8878. */
function zstd(content: Buffer, { repeat = 0, window = 0x58 } = {}): Buffer {
  const block = (kind: number, size: number, last: boolean, body: Buffer) => {
    const head = Buffer.alloc(3);
    head.writeUIntLE((size << 3) | (kind << 1) | Number(last), 0, 3);
    return Buffer.concat([head, body]);
  };
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += 100_000) {
    const piece = content.subarray(at, at + 100_000);
    pieces.push(block(0, piece.length, repeat === 0 && at + 100_000 >= content.length, piece));
  }
  for (let left = repeat; left > 0; left--) pieces.push(block(1, 131_072, left === 1, Buffer.from("x")));
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]), ...pieces]);
}

describe("a packed file", () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ["gzip", () => gzipSync(jsonl)],
    ["gzip in several members", () => Buffer.concat([gzipSync(jsonl.slice(0, 5000)), gzipSync(jsonl.slice(5000))])],
    ["zstd", () => zstd(Buffer.from(jsonl))],
    ["zstd in several frames", () => Buffer.concat([zstd(Buffer.from(jsonl.slice(0, 5000))), zstd(Buffer.from(jsonl.slice(5000)))])],
    ["zip", () => zip({ "rows.jsonl": jsonl, "__MACOSX/._rows.jsonl": "x", ".DS_Store": "y" })],
    ["zip without compression", () => zip({ "folder/rows.jsonl": jsonl }, true)],
  ])("is read: %s", async (_, pack) => {
    const packed = await pack();
    const records = await read("rows.jsonl.packed", packed);
    expect(values(records)).toEqual(rows);
    expect(records.at(-1)?.bytes).toBeLessThanOrEqual(packed.length);
    expect(records.at(-1)?.bytes).toBeGreaterThan(0);
  });

  it("may hold any text format", async () => {
    expect(values(await read("rows.csv.gz", gzipSync("prompt,chosen,rejected\na,b,c\n")))).toEqual([
      { prompt: "a", chosen: "b", rejected: "c" },
    ]);
    expect(values(await read("rows.json.zip", await zip({ "rows.json": JSON.stringify({ data: rows.slice(0, 3) }, null, 2) })))).toEqual(
      rows.slice(0, 3),
    );
  });

  it("says what to do when it cannot be read", async () => {
    const parquet = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "prompt", data: ["a"], type: "STRING" }] }));
    await expect(read("x.parquet.gz", gzipSync(parquet))).rejects.toThrow(/Parquet file within a gzip file/);
    await expect(read("x.zip", await zip({ "a.jsonl": jsonl, "b.jsonl": jsonl }))).rejects.toThrow(
      /holds 2 files: a\.jsonl, b\.jsonl\. Unpack it/,
    );
    await expect(read("x.xlsx", await zip({ "[Content_Types].xml": "<x/>", "xl/a.xml": "<x/>" }))).rejects.toThrow(/Save the sheet as CSV/);
    await expect(read("x.zip", await zip({ "folder/": "" }))).rejects.toThrow(/holds no file/);
    await expect(read("x.zst", zstd(Buffer.from(jsonl), { window: 0xff }))).rejects.toThrow(/window of more than 128 MB/);
    await expect(read("x.zst", zstd(Buffer.from(jsonl)).subarray(0, 2000))).rejects.toThrow(/zstd file is damaged or cut off/);
  });

  it("keeps what comes before the damage", async () => {
    const full = path.join(dir, "cut");
    const noise = Array.from({ length: 20_000 }, (_, n) => `${JSON.stringify({ prompt: String(Math.sin(n)) })}\n`).join("");
    const packed = gzipSync(noise);
    await writeFile(full, packed.subarray(0, packed.length / 2));
    const seen: SourceRecord[] = [];
    const reading = (async () => {
      for await (const record of readRecords("jsonl", full)) seen.push(record);
    })();
    await expect(reading).rejects.toThrow(/gzip file is damaged or cut off .*What was read before is imported/);
    expect(seen.length).toBeGreaterThan(1000);
  });

  it("of a few bytes cannot exhaust us", { timeout: 30_000 }, async () => {
    const full = path.join(dir, "bomb");
    const free = 32_000_000;
    for (const bomb of [zstd(Buffer.from('{"prompt":"'), { repeat: 1000 }), gzipSync(Buffer.alloc(2 * free, 32))]) {
      await writeFile(full, bomb);
      expect(bomb.length).toBeLessThan(100_000);
      let [out, largest] = [0, 0];
      const unpacking = (async () => {
        for await (const { length } of await openBytes(full, { free })) [out, largest] = [out + length, Math.max(largest, length)];
      })();
      await expect(unpacking).rejects.toThrow(/unpacks to more than 200 times its size/);
      expect(out).toBeLessThanOrEqual(free);
      expect(largest).toBeLessThan(1_000_000);
    }
  });
});

describe("JSON that is not one row per line", () => {
  const three = rows.slice(0, 3);
  it.each<[string, string]>([
    ["a list", JSON.stringify(three)],
    ["a list, pretty-printed, with a byte order mark", `\uFEFF${JSON.stringify(three, null, 2)}\n`],
    ["wrapped", JSON.stringify({ data: three })],
    ["wrapped, behind other fields", JSON.stringify({ version: "1]", note: { data: [{ a: 1 }] }, rows: three, more: [1] }, null, 1)],
    ["objects over several lines", three.map((row) => JSON.stringify(row, null, 2)).join("\n")],
    ["objects over several lines, with commas", three.map((row) => JSON.stringify(row, null, 2)).join(",\r\n")],
  ])("%s", async (_, content) => expect(values(await read("rows.json", content))).toEqual(three));

  it("says on which line a row begins, and goes on behind one that is not JSON", async () => {
    const records = await read("rows.json", '[\n  {"a": 1},\n  {"a": tru},\n  7, null,\n  {"b": "}]\\"", "c": [{}]}\n]\n');
    expect(records.map(({ line }) => line)).toEqual([2, 3, 4, 4, 5]);
    expect(values(records)).toEqual([{ a: 1 }, expect.stringMatching(/is not JSON/), 7, null, { b: '}]"', c: [{}] }]);
  });

  it("says where a file was cut off, after the rows before it", async () => {
    const full = path.join(dir, "open.json");
    const tryRead = async (content: string) => {
      await writeFile(full, content);
      const seen: SourceRecord[] = [];
      for await (const record of readRecords("json", full)) seen.push(record);
    };
    await expect(tryRead('[\n{"a": 1},\n{"a": ')).rejects.toThrow(/row that begins on line 3 does not end/);
    await expect(tryRead('[{"a": 1}')).rejects.toThrow(/list of rows does not end/);
  });

  it("passes over a row that is too long without holding it", async () => {
    const long = `{"a": "${"x".repeat(MAX_RECORD)}"}`;
    const records = await read("rows.json", `[{"a": 1}, ${long}, {"a": 2}]`);
    expect(values(records)).toEqual([{ a: 1 }, expect.stringMatching(/is 17 MB long; a row may have 16 MB/), { a: 2 }]);
  });

  it(
    "gives back whatever rows there are, however they are laid out and wherever the file is cut into chunks",
    { timeout: 30_000 },
    async () => {
      const row = fc.dictionary(fc.string({ unit: "binary", maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
      const rowsOf = fc.array(
        row.filter((value) => !Object.hasOwn(value, "__proto__")),
        { minLength: 1, maxLength: 5 },
      );
      await fc.assert(
        fc.asyncProperty(rowsOf, fc.constantFrom(undefined, 1, "\t"), fc.integer({ min: 1, max: 40 }), async (given, indent, size) => {
          const content = Buffer.from(JSON.stringify(given, null, indent));
          const records: SourceRecord[] = [];
          for await (const record of readJson(chunks(content, size), { kind: "list", start: 0, line: 1 })) records.push(record);
          expect(values(records)).toEqual(JSON.parse(content.toString()));
        }),
        { numRuns: 30 },
      );
    },
  );
});

async function* chunks(content: Buffer, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
