import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectFormat, readRecords } from "./detect.server";
import type { SourceRecord } from "./record";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "tiebreak-formats-"));
});
afterAll(() => rm(dir, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const full = path.join(dir, name);
  await writeFile(full, content);
  return full;
}

async function read(name: string, content: string | Uint8Array): Promise<SourceRecord[]> {
  const full = await file(name, content);
  const records: SourceRecord[] = [];
  for await (const record of readRecords(await detectFormat(full, name), full)) records.push(record);
  return records;
}

const values = (records: SourceRecord[]) => records.map((record) => ("value" in record ? record.value : record.bad.reason));
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe("which format a file is", () => {
  it.each([
    ["a.txt", '{"prompt":"x"}\n', "jsonl"],
    ["a.csv", '{"prompt":"x"}\n', "jsonl"],
    ["a.jsonl", "rubbish on the first line\n{}", "jsonl"],
    ["a.dat", "prompt,chosen,rejected\n", "csv"],
    ["a.jsonl.csv", '\uFEFF"prompt";"response_a"\n', "csv"],
    ["a.csv", "PAR1....", "parquet"],
    ["a.txt", '[{"prompt": "x"}]', "json"],
    ["a.jsonl", '{\n  "prompt": "x"\n}\n', "json"],
    ["a.json", '{"version": 1, "data": [{"prompt": "x"}]}', "json"],
    ["a.jsonl", '{"prompt": "x", "data": [{"a": 1}]}\n{"prompt": "y"}\n', "jsonl"],
    ["a.jsonl", '{"prompt":\n{"prompt": "y"}\n', "jsonl"],
    ["a.txt", "PROMPT;Chosen;Rejected\n", "csv"],
    ["a.txt", "sep=;\nfoo;bar\n", "csv"],
  ])("%s beginning %j", async (name, content, format) => {
    expect(await detectFormat(await file("x", content), name)).toBe(format);
  });

  it.each([
    ["empty.jsonl", "", /is empty/],
    ["blank.csv", " \n\n", /nothing but white space/],
    ["columns.json", '{"prompt":{"0":"x"},"chosen":{"0":"y"}}', /JSON by columns.*orient="records"/],
    ["pointer.parquet", "version https://git-lfs.github.com/spec/v1\noid", /pointer of Git LFS/],
    ["page.jsonl", "<!DOCTYPE html><html>", /saved from a browser/],
    ["notes.txt", "Dear all,\nthis is a letter.", /neither JSON/],
    ["x.jsonl", bytes([0x1f, 0x8b, 8, 0, 1]), /gzip file is damaged or cut off/],
    ["x.zip", bytes("PK", [3, 4]), /ZIP archive cannot be read/],
    ["x.csv", bytes([0xff, 0xfe], "p\0r\0"), /UTF-16/],
    ["x.parquet", "nothing of the kind", /does not begin like a Parquet file/],
  ])("refuses %s", async (name, content, message) => {
    await expect(detectFormat(await file("x", content), name)).rejects.toThrow(message);
  });
});

describe("JSON Lines", () => {
  it("passes over blank lines, a byte order mark and carriage returns, and counts lines and bytes", async () => {
    const content = '\uFEFF{"a":1}\r\n\r\n  \n{"b":"ä"}';
    const records = await read("a.jsonl", content);
    expect(values(records)).toEqual([{ a: 1 }, { b: "ä" }]);
    expect(records.map(({ line }) => line)).toEqual([1, 4]);
    expect(records.at(-1)?.bytes).toBe(Buffer.byteLength(content));
  });

  it("reports what is not JSON and goes on", async () => {
    const records = await read("a.jsonl", '{"a":1}\n{"a":\n{"a":2}\n');
    expect(values(records)).toEqual([{ a: 1 }, expect.stringMatching(/is not JSON/), { a: 2 }]);
    expect(records[1]).toMatchObject({ line: 2, bad: { source: '{"a":' } });
  });

  it("reports invalid UTF-8 with its place, instead of changing it", async () => {
    const records = await read("a.jsonl", bytes('{"a":"', [0xe4], '"}\n{"a":2}\n'));
    expect(values(records)).toEqual([expect.stringMatching(/not valid UTF-8 at byte 8/), { a: 2 }]);
  });

  it("reports a line of 150 MB without holding it, and goes on", { timeout: 60_000 }, async () => {
    const full = path.join(dir, "long.jsonl");
    const handle = await open(full, "w");
    await handle.write('{"a":1}\n{"prompt":"');
    for (let index = 0; index < 150; index++) await handle.write("x".repeat(1_000_000));
    await handle.write('"}\n{"a":2}\n');
    await handle.close();
    const records: SourceRecord[] = [];
    let most = 0;
    for await (const record of readRecords("jsonl", full)) {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
      records.push(record);
    }
    expect(values(records)).toEqual([{ a: 1 }, expect.stringMatching(/is 150 MB long; a line may have 16 MB/), { a: 2 }]);
    expect(most).toBeLessThan(64_000_000);
    expect(JSON.stringify(records).length).toBeLessThan(30_000);
  });

  it("keeps characters that other tools drop", async () => {
    const text = "a\u2028b\u0085c\u200Bd\uFEFFe 👩‍👩‍👧";
    expect(values(await read("a.jsonl", JSON.stringify({ text })))).toEqual([{ text }]);
  });
});

describe("CSV", () => {
  it("reads quoted line breaks, quotes and commas, and says on which line a record begins", async () => {
    const records = await read("a.csv", 'prompt,chosen,rejected\r\n"a\r\nb ""c"", d",x,y\r\n\r\ne,,z\r\n');
    expect(values(records)).toEqual([
      { prompt: 'a\r\nb "c", d', chosen: "x", rejected: "y" },
      { prompt: "e", chosen: "", rejected: "z" },
    ]);
    expect(records.map(({ line }) => line)).toEqual([2, 5]);
  });

  it.each([";", "\t"])("reads tables separated by %j, with a byte order mark and quoted names", async (mark) => {
    const content = `\uFEFF"prompt"${mark}"model_a"${mark}response_a${mark}response_b${mark}gold_side\n"q${mark}"${mark}m${mark}x${mark}y${mark}1\n`;
    expect(values(await read("a.csv", content))).toEqual([
      {
        prompt: `q${mark}`,
        model_a: "m",
        response_a: "x",
        response_b: "y",
        gold_side: "1",
      },
    ]);
  });

  it("does not mind capitals in known names, an index column, or a line that names the separator", async () => {
    expect(values(await read("a.csv", "Prompt,Response A,score_A,Mine\nq,x,1,y\n"))).toEqual([{ prompt: "q", response_a: "x", score_A: "1", Mine: "y" }]); // prettier-ignore
    for (const name of ["", "Unnamed: 0"])
      expect(values(await read("a.csv", `${name},prompt,chosen,rejected\n0,a,b,c\n`))).toEqual([
        { prompt: "a", chosen: "b", rejected: "c" },
      ]);
    const records = await read("a.csv", "\uFEFFsep=;\r\nprompt;chosen;rejected\r\na,b;c;d\r\n");
    expect(values(records)).toEqual([{ prompt: "a,b", chosen: "c", rejected: "d" }]);
    expect(records[0]).toMatchObject({ line: 3, bytes: 43 });
  });

  it("takes what programs write for nothing as nothing, but not where people write", async () => {
    const records = await read("a.csv", "prompt,chosen,rejected,annotator,strength\nNone,nan,,nan,None\n");
    expect(values(records)).toEqual([{ prompt: "None", chosen: "nan", rejected: "" }]);
  });

  it("reports a short record and one that is not UTF-8, and goes on", async () => {
    const records = await read("a.csv", bytes("prompt,chosen,rejected\na,b\nc,", [0xff], ",d\ne,f,g\n"));
    expect(values(records)).toEqual([
      expect.stringMatching(/2 cells where the first line names 3 columns/),
      expect.stringMatching(/not valid UTF-8/),
      { prompt: "e", chosen: "f", rejected: "g" },
    ]);
    expect(records[1]).toMatchObject({ line: 3, bad: { field: "chosen" } });
  });

  it("refuses a column that is there twice", async () => {
    await expect(read("a.csv", "prompt,prompt\na,b\n")).rejects.toThrow(/twice/);
  });

  it("says where a quote was opened that never closes, after the rows before it", async () => {
    const full = await file("open.csv", 'prompt,chosen,rejected\na,b,c\n"d,e,f\ng,h,i\n');
    const seen: SourceRecord[] = [];
    const reading = (async () => {
      for await (const record of readRecords("csv", full)) seen.push(record);
    })();
    await expect(reading).rejects.toThrow(/line 3 opens a quote that is not closed/);
    expect(values(seen)).toEqual([{ prompt: "a", chosen: "b", rejected: "c" }]);
  });
});

describe("Parquet", () => {
  const rows = ["one", "two", "three"];
  const table = (rowGroupSize = 2) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "prompt", data: rows, type: "STRING" },
          { name: "metadata", data: rows.map((row) => JSON.stringify({ row })), type: "STRING" },
          { name: "round", data: [1n, 2n, null], type: "INT64" },
        ],
        rowGroupSize,
      }),
    );

  it("reads row group after row group, with integers as rows have them", async () => {
    const records = await read("a.parquet", table());
    expect(values(records)).toEqual([
      { prompt: "one", metadata: '{"row":"one"}', round: 1 },
      { prompt: "two", metadata: '{"row":"two"}', round: 2 },
      { prompt: "three", metadata: '{"row":"three"}', round: null },
    ]);
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it("says that a file is cut off", async () => {
    const whole = table();
    await expect(read("cut.parquet", whole.subarray(0, whole.length - 40))).rejects.toThrow(/cut off or damaged/);
    await expect(read("short.parquet", whole.subarray(0, 6))).rejects.toThrow(/cut off or damaged/);
  });

  it("names the row group that is damaged, after the rows before it", async () => {
    const damaged = table(1);
    damaged.fill(0xff, 4, 40);
    await expect(read("damaged.parquet", damaged)).rejects.toThrow(/Row group 1 \(rows 1 to 1\) is damaged/);
  });

  it("reports text that is not UTF-8, and integers that JSON cannot hold", async () => {
    const data = parquetWriteBuffer({
      columnData: [
        { name: "prompt", data: ["ok", "AAAA", "ok"], type: "STRING" },
        { name: "round", data: [1n, 1n, 2n ** 60n], type: "INT64" },
      ],
      codec: "UNCOMPRESSED",
      statistics: false,
    });
    const spoilt = Buffer.from(data);
    spoilt[spoilt.indexOf("AAAA")] = 0xff;
    const records = await read("bytes.parquet", spoilt);
    expect(values(records)[1]).toMatch(/not valid UTF-8/);
    expect(values(records)[2]).toMatch(/too large for a number/);
  });
});

describe("whatever the cells hold", () => {
  const names = ["prompt", "chosen", "rejected"] as const;
  /** Any text but one that may be meant as a JSON list of messages. An empty prompt is none. */
  const cell = fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !text.trimStart().startsWith("["));
  const rows = fc.array(fc.record({ prompt: cell.filter((text) => text !== ""), chosen: cell, rejected: cell }), {
    minLength: 1,
    maxLength: 8,
  });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

  it("CSV gives it back, with any separator, line end and order of columns", async () => {
    const layout = fc.record({ mark: fc.constantFrom(",", ";", "\t"), end: fc.constantFrom("\n", "\r\n"), order: fc.shuffledSubarray([...names], { minLength: 3 }) }); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(rows, layout, async (given, { mark, end, order }) => {
        const lines = [order.join(mark), ...given.map((row) => order.map((name) => quoted(row[name])).join(mark))];
        expect(values(await read("any.csv", lines.map((line) => line + end).join("")))).toEqual(given);
      }),
      { numRuns: 60 },
    );
  });

  it("Parquet gives it back, however the rows are grouped", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 8 }), async (given, rowGroupSize) => {
        const columnData = names.map((name) => ({ name, data: given.map((row) => row[name]), type: "STRING" as const }));
        expect(values(await read("any.parquet", new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }))))).toEqual(given);
      }),
      { numRuns: 60 },
    );
  });
});
