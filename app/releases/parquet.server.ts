import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { OutputFile, type WrittenFile } from "./files.server";
import type { Rendered } from "./render";
import type { ReleaseOptions } from "./schema";
import type { SourceRow } from "./read.server";
import { decode } from "./utf8";

/** A row group is written once its texts reach this size, so that memory does not grow with the file. */
const GROUP_BYTES = 8 * 1024 * 1024;

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

/** The Parquet twin of a canonical JSON-lines file. */
export class ParquetFile {
  private readonly writer: ParquetWriter;
  private columns = new Map<string, unknown[]>();
  private size = 0;
  private rows = 0;

  private constructor(
    private readonly file: OutputFile,
    private readonly options: ReleaseOptions,
  ) {
    this.writer = new ParquetWriter({ writer: new FileWriter(file), schema: schemaOf(options), createdBy: "tiebreak", statistics: false });
  }

  static async create(folder: string, name: string, options: ReleaseOptions): Promise<ParquetFile> {
    return new ParquetFile(await OutputFile.create(folder, name), options);
  }

  add(source: SourceRow, row: Rendered): void {
    const answer = (content: string) => [{ role: "assistant", content }];
    const [chosen, rejected] = [decode(row.texts.chosen), decode(row.texts.rejected)];
    const edited = row.texts.edited === undefined ? undefined : decode(row.texts.edited);
    const { margins, aggregation, pseudonyms } = this.options;
    const messages = row.messages.map(({ role, content }) => ({ role: decode(role), content: decode(content) }));
    this.put("id", row.id);
    this.put("prompt", messages);
    this.put("chosen", answer(chosen));
    this.put("rejected", answer(rejected));
    this.put("edited", edited === undefined ? undefined : answer(edited));
    this.put("strength", source.strength ?? undefined);
    if (margins !== "none") this.put("margin", row.margin);
    this.put("votes", Number(source.votes));
    this.put("agreement", row.agreement);
    this.put("round", source.round);
    this.put("pool", decode(source.pool));
    this.put("models", { chosen: decode(source.chosen_model), rejected: decode(source.rejected_model) });
    if (aggregation === "votes" && pseudonyms) this.put("annotator", source.annotator === null ? undefined : decode(source.annotator));
    if (aggregation === "votes") this.put("chosen_side", source.chosen_side ?? undefined);
    this.rows++;
    this.size += decode(row.open).length + chosen.length + rejected.length + (edited?.length ?? 0);
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

  abandon(): Promise<void> {
    return this.file.abandon();
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
