import type { FileHandle } from "node:fs/promises";
import type { ColumnDecoder, ColumnMetaData, Compressors, DecodedArray, PageHeader, SchemaTree } from "hyparquet/src/types.js";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, isFlatColumn } from "hyparquet/src/schema.js";
import { UserError } from "../../errors";
import { RleReader } from "./rle";

/** Both are bounds of what a page may unfold to. Writers make pages of about 1 MB; DuckDB's have up to 100 MB. */
const MAX_PAGE_BYTES = 128 * 1024 * 1024;
const MAX_PAGE_VALUES = 2 * 1024 * 1024;
const WINDOW = 256 * 1024;

type Decoder = ColumnDecoder & { compressors: Compressors };
/** Values that are decoded as they are taken. */
type Lazy = { left: number; take(count: number): unknown[] };

/**
 * The values of one column of a row group, a few rows at a time, with one page in memory. Throws Error where the file is
 * damaged, UserError where a page is too large.
 */
export class ColumnCursor {
  private readonly end: number;
  private readonly flat: boolean;
  private position: number;
  private window = new Uint8Array();
  private windowAt = 0;
  private dictionary: DecodedArray | undefined;
  private rows: DecodedArray = [];
  private taken = 0;
  private lazy: Lazy | undefined;

  constructor(
    private readonly file: FileHandle,
    private readonly decoder: Decoder,
    metadata: ColumnMetaData,
  ) {
    this.position = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
    this.end = this.position + Number(metadata.total_compressed_size);
    this.flat = isFlatColumn(decoder.schemaPath);
  }

  get pathInSchema(): string[] {
    return this.decoder.pathInSchema;
  }

  /** The values of the next `count` rows; of a list within a row, the lists. */
  async take(count: number): Promise<unknown[]> {
    const found: unknown[] = [];
    while (found.length < count) {
      const missing = count - found.length;
      if (this.lazy && this.lazy.left > 0) {
        for (const value of this.lazy.take(Math.min(missing, this.lazy.left))) found.push(value);
      } else if (this.whole() > 0) {
        const until = this.taken + Math.min(missing, this.whole());
        while (this.taken < until) found.push(this.rows[this.taken++]);
      } else await this.nextPage();
    }
    return found;
  }

  /** Rows that are known to be whole: the last of a page may continue in the next one, when it holds a list. */
  private whole(): number {
    return this.rows.length - this.taken - (this.flat || this.position >= this.end ? 0 : 1);
  }

  private async nextPage(): Promise<void> {
    if (this.position >= this.end) throw new Error("it has fewer rows than it says");
    const { header, bytes } = await this.readPage();
    if (header.type === "DICTIONARY_PAGE") {
      const { data } = readPage(readerOf(bytes), header, this.decoder, undefined, undefined, 0);
      this.dictionary = data && convert(data, this.decoder);
    } else if (this.flat && this.dictionary && encodingOf(header)?.endsWith("_DICTIONARY")) {
      this.lazy = dictionaryValues(header, bytes, this.decoder, this.dictionary);
    } else {
      const held = this.flat ? undefined : Array.prototype.slice.call(this.rows, this.taken);
      this.rows = readPage(readerOf(bytes), requireFew(header), this.decoder, this.dictionary, held, 0).data ?? [];
      this.taken = 0;
    }
  }

  private async readPage(): Promise<{ header: PageHeader; bytes: Uint8Array }> {
    const { header, length } = await this.readHeader();
    const { compressed_page_size, uncompressed_page_size } = header;
    if (compressed_page_size < 0 || this.position + length + compressed_page_size > this.end)
      throw new Error("a page does not end where its column does");
    if (uncompressed_page_size > MAX_PAGE_BYTES) throw tooLarge(`a page of ${(uncompressed_page_size / 1e6).toFixed(0)} MB`);
    const from = this.position + length;
    this.position = from + compressed_page_size;
    return { header, bytes: await this.bytes(from, compressed_page_size) };
  }

  /** Statistics make headers of any length, so more is read until one is whole. */
  private async readHeader(): Promise<{ header: PageHeader; length: number }> {
    const rest = this.end - this.position;
    for (let size = Math.min(1024, rest); ; size = Math.min(size * 16, rest)) {
      const reader = readerOf(await this.bytes(this.position, size));
      try {
        return { header: parquetHeader(reader), length: reader.offset };
      } catch (error) {
        if (size >= Math.min(rest, MAX_PAGE_BYTES)) throw error;
      }
    }
  }

  private async bytes(from: number, length: number): Promise<Uint8Array> {
    if (from < this.windowAt || from + length > this.windowAt + this.window.length) {
      const buffer = new Uint8Array(Math.max(length, Math.min(WINDOW, this.end - from)));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, from);
      this.window = buffer.subarray(0, bytesRead);
      this.windowAt = from;
      if (bytesRead < length) throw new Error("the file ends before it");
    }
    return this.window.subarray(from - this.windowAt, from - this.windowAt + length);
  }
}

const readerOf = (bytes: Uint8Array) => ({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 });
const encodingOf = ({ data_page_header, data_page_header_v2 }: PageHeader) => (data_page_header ?? data_page_header_v2)?.encoding;

function requireFew(header: PageHeader): PageHeader {
  const { num_values = 0 } = header.data_page_header ?? header.data_page_header_v2 ?? {};
  if (num_values > MAX_PAGE_VALUES) throw tooLarge(`a page of ${num_values.toLocaleString("en")} values`);
  return header;
}

const tooLarge = (what: string) =>
  new UserError(`has ${what}, too much to read at once. Write the file with smaller row groups, such as row_group_size=10000.`);

/** A page of a column without lists, whose values are places in a dictionary. */
function dictionaryValues(header: PageHeader, bytes: Uint8Array, decoder: Decoder, dictionary: DecodedArray): Lazy {
  const nullable = getMaxDefinitionLevel(decoder.schemaPath) > 0;
  const { count, levels, places } = header.data_page_header
    ? partsOfV1(header, bytes, decoder, nullable)
    : partsOfV2(header, bytes, decoder, nullable);
  const [width = 0] = places;
  const defined = levels && new RleReader(levels, 1);
  const indexes = new RleReader(places.subarray(1), width);
  const lazy: Lazy = {
    left: count,
    take(wanted) {
      const present = new Int32Array(wanted).fill(1);
      defined?.read(present);
      const found = new Int32Array(present.reduce((sum, one) => sum + one, 0));
      // With one word in the dictionary, places take no bits, and a writer may leave them out.
      if (width > 0) indexes.read(found);
      lazy.left -= wanted;
      let next = 0;
      return Array.from(present, (one) => (one ? dictionary[found[next++] ?? 0] : null));
    },
  };
  return lazy;
}

type Parts = { count: number; levels: Uint8Array | undefined; places: Uint8Array };

function partsOfV1(header: PageHeader, bytes: Uint8Array, { codec, compressors }: Decoder, nullable: boolean): Parts {
  const count = header.data_page_header?.num_values ?? 0;
  const page = decompressPage(bytes, header.uncompressed_page_size, codec, compressors);
  if (!nullable) return { count, levels: undefined, places: page };
  const length = readerOf(page).view.getUint32(0, true);
  return { count, levels: page.subarray(4, 4 + length), places: page.subarray(4 + length) };
}

function partsOfV2(header: PageHeader, bytes: Uint8Array, { codec, compressors }: Decoder, nullable: boolean): Parts {
  const {
    num_values: count,
    repetition_levels_byte_length,
    definition_levels_byte_length,
    is_compressed,
  } = header.data_page_header_v2 ?? {
    ...{ num_values: 0, repetition_levels_byte_length: 0, definition_levels_byte_length: 0, is_compressed: false },
  };
  const start = repetition_levels_byte_length + definition_levels_byte_length;
  const values = bytes.subarray(start);
  const places = is_compressed === false ? values : decompressPage(values, header.uncompressed_page_size - start, codec, compressors);
  return { count, levels: nullable ? bytes.subarray(repetition_levels_byte_length, start) : undefined, places };
}

/** Describes a column chunk to the decoder. */
export const decoderOf = (
  metadata: ColumnMetaData,
  schemaPath: SchemaTree[],
  { parsers, compressors }: Pick<Decoder, "parsers" | "compressors">,
): Decoder => {
  const { element } = schemaPath.at(-1) ?? {};
  if (!element) throw new Error("a column is not in the schema");
  return { ...metadata, pathInSchema: metadata.path_in_schema, element, schemaPath, parsers, compressors };
};
