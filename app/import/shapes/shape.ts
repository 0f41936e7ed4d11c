import type { ImportOptions, ImportRow } from "../schema";

export type Row = Record<string, unknown>;

/** What one record of a file says, in the form of one shape. */
export type Reading = { rows: ImportRow[]; warning?: string };

/** A form of rows that is recognised by the names of its fields. One file each; app/import/shapes/index.ts lists them. */
export type Shape = {
  /** Kept in the record of an import. */
  id: string;
  /** As people call it. */
  name: string;
  /** Fields that tell it apart, as docs/importing.md names them. */
  fields: string;
  fits: (row: Row) => boolean;
  /** Throws RowProblem. */
  read: (row: Row, options: ImportOptions) => Reading;
  /** What becomes of it, for docs/importing.md. */
  becomes: string;
};

/** Whether a row has all of these fields. */
export const has = (row: Row, ...fields: string[]): boolean => fields.every((field) => field in row);
