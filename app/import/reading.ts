/** In which forms the rows of a file were recognised, by the id of the shape, and what was warned about. */
export type FileReading = { shapes: Record<string, number>; warned: number; warnings: Warning[] };
/** `line` is that of the file; of Parquet, its row. */
export type Warning = { line: number; warning: string };

/** How many warnings are kept in words; the rest are counted. */
const KEPT = 3;

export const emptyReading = (): FileReading => ({ shapes: {}, warned: 0, warnings: [] });

type ReadRow = { line: number; shape: string; warning?: string };

/** Adds what one record was read as. */
export function note(reading: FileReading, { line, shape, warning }: ReadRow): void {
  reading.shapes[shape] = (reading.shapes[shape] ?? 0) + 1;
  if (warning === undefined) return;
  reading.warned += 1;
  if (reading.warnings.length < KEPT) reading.warnings.push({ line, warning });
}

/** What two pieces of a file were read as, the earlier one first. */
export function join(one: Partial<FileReading>, other: FileReading): FileReading {
  const joined: FileReading = { ...emptyReading(), ...structuredClone(one) };
  for (const [shape, rows] of Object.entries(other.shapes)) joined.shapes[shape] = (joined.shapes[shape] ?? 0) + rows;
  joined.warned += other.warned;
  joined.warnings = [...joined.warnings, ...other.warnings].slice(0, KEPT);
  return joined;
}
