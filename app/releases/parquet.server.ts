import { brotliCompressSync, constants } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { OutputFile, type WrittenFile } from "./files.server";
import { three } from "./render";
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
/** A list of {role, content}, in the three levels that Arrow reads. */
const messageList = (name: string, optional = false): SchemaElement[] => [
  { name, converted_type: "LIST", num_children: 1, repetition_type: optional ? "OPTIONAL" : "REQUIRED" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  { name: "element", num_children: 2, repetition_type: "REQUIRED" },
  text("role"),
  text("content"),
];

/**
 * The columns are fixed by the options and never by the rows, so that all splits, and releases of all rounds, have the
 * same types and can be put together.
 */
function schemaOf(options: ReleaseOptions): SchemaElement[] {
  const columns: SchemaElement[][] = [
    [text("id")],
    messageList("prompt"),
    messageList("chosen"),
    messageList("rejected"),
    messageList("edited", true),
    [text("strength", true)],
    options.margins === "none" ? [] : [{ name: "margin", type: "DOUBLE", repetition_type: "REQUIRED" }],
    [{ name: "votes", type: "INT32", repetition_type: "REQUIRED" }],
    [{ name: "agreement", type: "DOUBLE", repetition_type: "REQUIRED" }],
    [{ name: "round", type: "INT32", repetition_type: "REQUIRED" }],
    [text("pool")],
    [{ name: "models", num_children: 2, repetition_type: "REQUIRED" }, text("chosen"), text("rejected")],
    options.aggregation === "votes" && options.pseudonyms ? [text("annotator", true)] : [],
    options.aggregation === "votes" ? [text("chosen_side", true)] : [],
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
    this.open = { split, file: new ParquetFile(await OutputFile.create(this.folder, `${split}.parquet`), this.options) };
  }
}

class ParquetFile {
  private readonly writer: ParquetWriter;
  private columns = new Map<string, unknown[]>();
  private size = 0;
  private rows = 0;

  constructor(
    private readonly file: OutputFile,
    private readonly options: ReleaseOptions,
  ) {
    this.writer = new ParquetWriter({
      writer: new FileWriter(file),
      schema: schemaOf(options),
      ...COMPRESSION,
      createdBy: "tiebreak",
      statistics: false,
    });
  }

  add(source: SourceRow): void {
    const answer = (text: Utf8) => [{ role: "assistant", content: bytesOf(text) }];
    const { chosen, rejected, edited } = source;
    const { margins, aggregation, pseudonyms } = this.options;
    const messages = source.messages.map(({ role, content }) => ({ role: decode(role), content: bytesOf(content) }));
    this.put("id", source.row_id);
    this.put("prompt", messages);
    this.put("chosen", answer(chosen));
    this.put("rejected", answer(rejected));
    this.put("edited", edited === null ? undefined : answer(edited));
    this.put("strength", source.strength ?? undefined);
    if (margins !== "none") this.put("margin", marginOf(margins, source.strength));
    this.put("votes", Number(source.votes));
    this.put("agreement", three(source.agreement));
    this.put("round", source.round);
    this.put("pool", decode(source.pool));
    this.put("models", { chosen: decode(source.chosen_model), rejected: decode(source.rejected_model) });
    if (aggregation === "votes" && pseudonyms) this.put("annotator", source.annotator === null ? undefined : decode(source.annotator));
    if (aggregation === "votes") this.put("chosen_side", source.chosen_side ?? undefined);
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
