import type { ColumnChunk, FileMetaData } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";

type Column = { name: string; value: string; /** Of lists that hold the value alone. */ list?: boolean };

type Header = Record<`field_${number}`, object>;

function writePage(writer: ByteWriter, type: number, page: ByteWriter, header: Header): void {
  const bytes = page.getBytes();
  serializeTCompactProtocol(writer, { field_1: type, field_2: bytes.length, field_3: bytes.length, ...header });
  writer.appendBytes(bytes);
}

/** A run of one value, as Parquet's hybrid encoding writes it. */
function run(writer: ByteWriter, rows: number, value: number): void {
  writer.appendVarInt(rows * 2);
  writer.appendUint8(value);
}

/** Levels of version 1: their length, then the run. */
function levels(writer: ByteWriter, rows: number, value: number): void {
  const piece = new ByteWriter();
  run(piece, rows, value);
  writer.appendUint32(piece.offset);
  writer.appendBytes(piece.getBytes());
}

function writeColumn(writer: ByteWriter, { name, value, list }: Column, pages: number[]): ColumnChunk {
  const start = writer.offset;
  const words = new ByteWriter();
  for (const word of [value, "unused"]) {
    const bytes = Buffer.from(word);
    words.appendUint32(bytes.length);
    words.appendBytes(bytes);
  }
  writePage(writer, 2, words, { field_7: { field_1: 2, field_2: 0 } });
  const data = writer.offset;
  for (const rows of pages) {
    const page = new ByteWriter();
    if (list) levels(page, rows, 0);
    levels(page, rows, list ? 2 : 1);
    page.appendUint8(1);
    run(page, rows, 0);
    writePage(writer, 0, page, { field_5: { field_1: rows, field_2: 8, field_3: 3, field_4: 3 } });
  }
  const size = BigInt(writer.offset - start);
  const meta_data = {
    ...{ type: "BYTE_ARRAY", encodings: ["PLAIN", "RLE", "RLE_DICTIONARY"], codec: "UNCOMPRESSED" },
    ...{ path_in_schema: list ? [name, "list", "element"] : [name], num_values: BigInt(pages.reduce((sum, rows) => sum + rows, 0)) },
    ...{ total_uncompressed_size: size, total_compressed_size: size },
    ...{ data_page_offset: BigInt(data), dictionary_page_offset: BigInt(start) },
  };
  return { file_offset: BigInt(start), meta_data } as unknown as ColumnChunk;
}

/**
 * A Parquet file of one row group in which every row is the same, encoded by a dictionary: some kilobytes, however many rows
 * `pages` have. No writer would hold so many.
 */
export function repeatedParquet(columns: Column[], pages: number[]): Uint8Array {
  const writer = new ByteWriter();
  writer.appendBytes(Buffer.from("PAR1"));
  const chunks = columns.map((column) => writeColumn(writer, column, pages));
  const num_rows = BigInt(pages.reduce((sum, rows) => sum + rows, 0));
  const leaf = { type: "BYTE_ARRAY", converted_type: "UTF8" };
  const schema = columns.flatMap(({ name, list }) =>
    list
      ? [
          { name, repetition_type: "REQUIRED", converted_type: "LIST", num_children: 1 },
          { name: "list", repetition_type: "REPEATED", num_children: 1 },
          { name: "element", repetition_type: "OPTIONAL", ...leaf },
        ]
      : [{ name, repetition_type: "OPTIONAL", ...leaf }],
  );
  writeMetadata(writer, {
    version: 1,
    schema: [{ name: "schema", num_children: columns.length }, ...schema],
    num_rows,
    row_groups: [{ columns: chunks, total_byte_size: BigInt(writer.offset), num_rows }],
  } as unknown as FileMetaData);
  writer.appendBytes(Buffer.from("PAR1"));
  return writer.getBytes();
}
