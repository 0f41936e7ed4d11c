import { brotliCompressSync, constants } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Message } from "../contract/release-row";
import { OutputFile, type WrittenFile } from "./files.server";
import { FACT_FIELDS, factsOf, VOTE_FIELDS } from "./facts";
import { CANONICAL, released, three } from "./render";
import { marginOf, type ReleaseOptions, type Split } from "./schema";
import type { SourceRow } from "./read.server";
import { bytesOf, decode, type Utf8 } from "./utf8";

/** A row group is written once its texts reach this size, so that memory does not grow with the file. */
const GROUP_BYTES = 4 * 1024 * 1024;

const text = (name: string, optional = false): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  repetition_type: optional ? "OPTIONAL" : "REQUIRED",
});
/** What only dialogues with tools have. Calls are JSON text, since their arguments are of any form. */
const MORE = [text("name", true), text("tool_calls", true), text("tool_call_id", true)];

/** A list of messages, in the three levels that Arrow reads. */
const messageList = (name: string, extended: boolean, optional = false): SchemaElement[] => [
  { name, converted_type: "LIST", num_children: 1, repetition_type: optional ? "OPTIONAL" : "REQUIRED" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  { name: "element", num_children: extended ? 2 + MORE.length : 2, repetition_type: "REQUIRED" },
  text("role"),
  text("content"),
  ...(extended ? MORE : []),
];

const factFields = ({ details, aggregation }: ReleaseOptions) =>
  details ? [...FACT_FIELDS, ...(aggregation === "votes" ? VOTE_FIELDS : [])] : [];

/**
 * The columns are fixed by the options and never by single rows, so that all splits, and releases of all rounds, have the
 * same types and can be put together. Only a release that has any dialogue with tools has the columns of these: elsewhere
 * they would put nulls into every message, which some chat templates take for tool calls.
 */
function schemaOf(options: ReleaseOptions, extended: boolean): SchemaElement[] {
  const columns: SchemaElement[][] = [
    [text("id")],
    messageList("prompt", extended),
    extended ? [text("tools", true)] : [],
    messageList("chosen", extended),
    messageList("rejected", extended),
    messageList("edited", extended, true),
    [text("strength", true)],
    options.margins === "none" ? [] : [{ name: "margin", type: "DOUBLE", repetition_type: "REQUIRED" }],
    [{ name: "votes", type: "INT32", repetition_type: "REQUIRED" }],
    [{ name: "agreement", type: "DOUBLE", repetition_type: "REQUIRED" }],
    [{ name: "round", type: "INT32", repetition_type: "REQUIRED" }],
    [text("pool")],
    [{ name: "models", num_children: 2, repetition_type: "REQUIRED" }, text("chosen"), text("rejected")],
    options.aggregation === "votes" && options.pseudonyms ? [text("annotator", true)] : [],
    options.aggregation === "votes" ? [text("chosen_side", true)] : [],
    options.aggregation === "votes" ? [{ name: "imported", type: "BOOLEAN", repetition_type: "REQUIRED" }] : [],
    ...factFields(options).map((name) => [text(name, true)]),
  ];
  const filled = columns.filter((column) => column.length > 0);
  return [{ name: "root", num_children: filled.length }, ...filled.flat()];
}

/**
 * Brotli is in Node itself, where the encoder's Snappy is JavaScript: at its second quality it is three times as fast on
 * prose and makes two thirds of the size. pyarrow, datasets, Polars and DuckDB read it.
 */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const COMPRESSION = { codec: "BROTLI", compressors: { BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes, BROTLI) } } as const;

/** Hands the encoder's bytes on after each row group, instead of holding the file in memory. */
class FileWriter extends ByteWriter {
  constructor(private readonly file: OutputFile) {
    super(1 << 20);
  }
  flush(): void {
    this.file.raw(this.getBytes().slice());
    this.index = 0;
  }
  override finish(): void {
    this.flush();
  }
}

/** The Parquet twins of the canonical JSON-lines files. Rows come ordered by split. */
export class ParquetFiles {
  private open: { split: Split; file: ParquetFile } | undefined;
  private readonly files: WrittenFile[] = [];

  constructor(
    private readonly folder: string,
    private readonly options: ReleaseOptions,
    /** Whether any row of the release has tools, or messages with more than a role and a text. */
    private readonly extended: boolean,
  ) {}

  async write(rows: Iterable<SourceRow>): Promise<void> {
    for (const row of rows) {
      if (this.open?.split !== row.split) await this.turnTo(row.split);
      this.open?.file.add(row);
    }
    await this.open?.file.flush();
  }

  async close(): Promise<WrittenFile[]> {
    if (this.open) this.files.push(await this.open.file.close());
    this.open = undefined;
    return this.files;
  }

  private async turnTo(split: Split): Promise<void> {
    await this.close();
    this.open = { split, file: new ParquetFile(await OutputFile.create(this.folder, `${split}.parquet`), this.options, this.extended) };
  }
}

function columnsOf(message: Message) {
  const { role, content, name, tool_calls, tool_call_id } = released(message);
  return {
    role: decode(role),
    content: bytesOf(content),
    ...(name !== undefined && { name: decode(name) }),
    ...(tool_calls && { tool_calls: decode(JSON.stringify(tool_calls)) }),
    ...(tool_call_id !== undefined && { tool_call_id: decode(tool_call_id) }),
  };
}

class ParquetFile {
  private readonly writer: ParquetWriter;
  private columns = new Map<string, unknown[]>();
  private size = 0;
  private rows = 0;

  constructor(
    private readonly file: OutputFile,
    private readonly options: ReleaseOptions,
    private readonly extended: boolean,
  ) {
    this.writer = new ParquetWriter({
      writer: new FileWriter(file),
      schema: schemaOf(options, extended),
      ...COMPRESSION,
      createdBy: "tiebreak",
      statistics: false,
    });
  }

  add(source: SourceRow): void {
    const answer = (text: Utf8, calls: Utf8 | null) => [
      { role: "assistant", content: bytesOf(text), ...(calls !== null && { tool_calls: decode(calls) }) },
    ];
    const { chosen, rejected, edited } = source;
    const { margins, aggregation, pseudonyms } = this.options;
    const messages = source.messages.map(columnsOf);
    this.put("id", source.row_id);
    this.put("prompt", messages);
    if (this.extended) this.put("tools", source.tools === null ? undefined : decode(source.tools));
    this.put("chosen", answer(chosen, source.chosen_calls));
    this.put("rejected", answer(rejected, source.rejected_calls));
    this.put("edited", edited === null ? undefined : answer(edited, null));
    this.put("strength", source.strength ?? undefined);
    if (margins !== "none") this.put("margin", marginOf(margins, source.strength));
    this.put("votes", Number(source.votes));
    this.put("agreement", three(source.agreement));
    this.put("round", source.round);
    this.put("pool", decode(source.pool));
    this.put("models", { chosen: decode(source.chosen_model), rejected: decode(source.rejected_model) });
    if (aggregation === "votes" && pseudonyms) this.put("annotator", source.annotator === null ? undefined : decode(source.annotator));
    if (aggregation === "votes") {
      this.put("chosen_side", source.chosen_side ?? undefined);
      this.put("imported", source.imported === true);
    }
    const facts = factsOf(source.facts, this.options, CANONICAL);
    for (const name of factFields(this.options)) this.put(name, facts[name] === undefined ? undefined : decode(facts[name]));
    this.rows++;
    const prompt = messages.reduce((sum, { content }) => sum + content.length, 0);
    this.size += prompt + chosen.length + rejected.length + (edited?.length ?? 0);
    if (this.size >= GROUP_BYTES) this.writeGroup();
  }

  private put(name: string, value: unknown): void {
    const column = this.columns.get(name);
    if (column) column.push(value);
    else this.columns.set(name, [value]);
  }

  flush(): Promise<void> {
    return this.file.flush();
  }

  async close(): Promise<WrittenFile> {
    this.writeGroup();
    await this.writer.finish();
    return { ...(await this.file.close()), rows: this.rows };
  }

  private writeGroup(): void {
    const columnData = [...this.columns].map(([name, data]) => ({ name, data }));
    const length = columnData[0]?.data.length ?? 0;
    if (length === 0) return;
    void this.writer.write({ columnData, rowGroupSize: length });
    this.columns = new Map();
    this.size = 0;
  }
}
