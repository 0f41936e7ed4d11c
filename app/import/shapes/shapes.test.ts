import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RowProblem } from "../problems";
import { importOptions } from "../schema";
import { SHAPES, readRecord } from "./index";

const options = importOptions.parse({});
const fixture = (name: string) => readFileSync(`app/import/shapes/fixtures/${name}`, "utf8");

/** What a record becomes, or what is wrong with it. */
function become(line: string): unknown {
  try {
    return JSON.parse(JSON.stringify(readRecord(JSON.parse(line), options))) as unknown;
  } catch (error) {
    if (error instanceof RowProblem) return { problem: `${error.field}: ${error.reason}`, scope: error.scope };
    throw error;
  }
}

describe("a public shape is recognised and read as its fixture says", () => {
  it.each(SHAPES.map(({ id }) => id))("%s", (id) => {
    const read = fixture(`${id}.jsonl`).trimEnd().split("\n").map(become);
    expect(read).toEqual(JSON.parse(fixture(`${id}.expected.json`)));
    // Every record that can be read is read by this shape, and no other takes it.
    for (const record of read as { shape?: string }[]) if (record.shape) expect(record.shape).toBe(id);
  });
});

it("each shape has a name and an id of its own", () => {
  for (const key of ["id", "name"] as const) expect(new Set(SHAPES.map((shape) => shape[key])).size).toBe(SHAPES.length);
});

it("docs/importing.md lists every shape, in the order in which they are tried", () => {
  const [, section = ""] = readFileSync("docs/importing.md", "utf8").split("### Public data sets and other tools");
  const rows = [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) => row);
  const listed = rows.slice(rows.indexOf("shape | recognised by | becomes") + 1).slice(0, SHAPES.length);
  expect(listed).toEqual(SHAPES.map(({ name, fields, becomes }) => `${name} | ${fields} | ${becomes}`));
});
