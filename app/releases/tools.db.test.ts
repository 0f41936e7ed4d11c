import { readFile } from "node:fs/promises";
import path from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { beforeAll, describe, expect, it } from "vitest";
import { importFile } from "../../tests/support/imports";
import { allRows, makeRelease, readLines } from "../../tests/support/releases";
import { COMMAND_LINE } from "../audit/commands.server";
import { releaseRows, type Message, type ReleaseRow } from "../contract/release-row";
import { db } from "../database/client.server";
import { createPool } from "../pools/commands.server";

type Given = { prompt: string | Message[]; tools?: object[]; chosen: string | Message[]; rejected: string | Message[] };

let given: Given[];
let made: Awaited<ReturnType<typeof makeRelease>>;
const EXTENDED = 7;

const newPool = (name: string) => createPool(COMMAND_LINE, { name, votesPerComparison: 1 });

beforeAll(async () => {
  const file = await readFile("tests/support/tools.jsonl", "utf8");
  given = file.trimEnd().split("\n").map((line) => JSON.parse(line) as Given); // prettier-ignore
  const { id } = await newPool("Tools");
  expect(await importFile(id, file)).toMatchObject({ badRows: 0, votesAdded: given.length });
  made = await makeRelease({ pools: [id], validation: 0, test: 0 });
});

/** As the import keeps messages: text is text, and what is null is not there. */
const kept = (value: string | Message[], role: string): Message[] =>
  typeof value === "string"
    ? [{ role, content: value }]
    : value.map(({ content, ...rest }) => ({
        ...rest,
        content: Array.isArray(content) ? (content as { text: string }[]).map(({ text }) => text).join("") : (content ?? ""),
      }));
const expected = ({ prompt, tools, chosen, rejected }: Given) => ({
  ...{ prompt: kept(prompt, "user"), chosen: kept(chosen, "assistant"), rejected: kept(rejected, "assistant") },
  ...(tools && { tools }),
});
const byPrompt = (one: { prompt: Message[] }, other: { prompt: Message[] }) =>
  JSON.stringify(one.prompt.at(-1)?.content) < JSON.stringify(other.prompt.at(-1)?.content) ? -1 : 1;
const said = ({ prompt, tools, chosen, rejected }: ReleaseRow) => ({ prompt, chosen, rejected, ...(tools && { tools }) });

describe("dialogues with tools", () => {
  it("are released as they were given", async () => {
    const rows = await allRows(made.folder, made.manifest);
    for (const row of rows) expect(releaseRows.canonical.parse(row)).toEqual(row);
    expect(rows.map(said).sort(byPrompt)).toEqual(given.map(expected).sort(byPrompt));
    for (const kind of ["pairs", "conversations", "sft"] as const) {
      const lines = await readLines<{ tools?: object[] }>(made.folder, `${kind}/train.jsonl`);
      for (const line of lines) expect(releaseRows[kind].parse(line)).toEqual(line);
      expect(lines.filter(({ tools }) => tools)).toHaveLength(1);
    }
  });

  it("are counted, and left out of formats that cannot say them", async () => {
    expect(made.manifest?.counts).toMatchObject({ rows: 8, extended: EXTENDED });
    expect(made.manifest?.leftOut.formats).toEqual({ llamafactory: EXTENDED, "axolotl-rm": EXTENDED });
    expect(await readFile(path.join(made.folder, "README.md"), "utf8")).toContain("7 rows have tools, tool calls, names, or turns");
  });

  it("are the same in Parquet, where calls and tools are JSON texts", async () => {
    const file = await asyncBufferFromFile(path.join(made.folder, "train.parquet"));
    const read = (await parquetReadObjects({ file, compressors })) as unknown as (ReleaseRow & { tools: string | null })[];
    const parsed = read.map(({ prompt, tools, chosen, rejected }) => {
      const list = (messages: Message[]) =>
        messages.map((message) => {
          const { tool_calls, ...rest } = Object.fromEntries(
            Object.entries(message).filter(([, value]) => value !== null && value !== undefined),
          );
          return { ...rest, ...(tool_calls !== undefined && { tool_calls: JSON.parse(tool_calls as string) as unknown }) };
        });
      const row = { prompt: list(prompt), chosen: list(chosen), rejected: list(rejected) };
      return { ...row, ...(tools !== null && tools !== undefined && { tools: JSON.parse(tools) as unknown }) };
    });
    expect((parsed as unknown as { prompt: Message[] }[]).sort(byPrompt)).toEqual(given.map(expected).sort(byPrompt));
  });

  it.each(["train.jsonl", "train.parquet"])("come back as the same prompts and responses from %s", async (name) => {
    const { id } = await newPool(`Tools from ${name}`);
    expect(await importFile(id, await readFile(path.join(made.folder, name)), { name })).toMatchObject({ badRows: 0, promptsAdded: 8 });
    const hashes = async (pool: object) => {
      const prompts = await db.prompt.findMany({ where: { pool }, include: { responses: true } });
      return prompts.map(({ contentHash, extended, responses }) => [contentHash, extended, ...responses.map((one) => one.contentHash).sort()]).sort(); // prettier-ignore
    };
    expect(await hashes({ id })).toEqual(await hashes({ name: "Tools" }));
  });
});
