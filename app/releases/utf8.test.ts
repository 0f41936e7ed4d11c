import { describe, expect, it } from "vitest";
import { CopyTuples } from "./copy-tuples";
import { lengthOf } from "./statistics";
import { decode } from "./utf8";

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");
const texts = [
  "",
  "plain words",
  "  \tled by\r\nspace ",
  "na\u00efve caf\u00e9\u00a0no break",
  "\u4e2d\u6587\u3000\u7a7a\u683c \u3002\u3001",
  "\u00c2\u00e3\u0080 \ud83c\udf89",
  "\u2028",
];

describe("a text as its bytes", () => {
  it.each(texts)("comes back from them: %j", (text) => {
    expect(decode(bytesOf(text))).toBe(text);
  });

  it.each(texts)("has the words and bytes of the text: %j", (text) => {
    const words = text.split(/[ \t-\r\u00a0\u3000]+/).filter((word) => word !== "").length;
    expect(lengthOf(bytesOf(text))).toEqual({ words, bytes: Buffer.byteLength(text) });
  });
});

/** What PostgreSQL sends for these rows. */
function copied(rows: (string | null)[][]): Buffer {
  const int = (value: number, bytes: 2 | 4) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const field = (text: string | null) => (text === null ? int(-1, 4) : Buffer.concat([int(Buffer.byteLength(text), 4), Buffer.from(text)]));
  const tuples = rows.map((row) => Buffer.concat([int(row.length, 2), ...row.map(field)]));
  return Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), int(0, 4), int(0, 4), ...tuples, int(-1, 2)]);
}

describe("binary COPY", () => {
  const rows = [
    ["one", null, ""],
    ["\u4e2d\u6587", "x".repeat(300), null],
    [null, null, "\ud83c\udf89"],
  ];

  it("gives the same rows however it is cut into pieces", () => {
    const bytes = copied(rows);
    for (let size = 1; size <= bytes.length; size++) {
      const tuples = new CopyTuples();
      const found = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...tuples.read(bytes.subarray(at, at + size)));
      expect(
        found.map((fields) => fields.map((field) => field && decode(field))),
        `pieces of ${size}`,
      ).toEqual(rows);
    }
  });
});
