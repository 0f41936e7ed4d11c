import { NATIVE_FIELDS, PREFERENCE_FIELDS } from "../schema";

/** Flat columns for the two responses of a comparison, for tables that a person fills in. */
export const FLAT = [
  "model_a",
  "response_a",
  "model_b",
  "response_b",
  "gold_side",
  "gold_strength",
  "winner",
  "choice",
  "preference",
] as const;

/** Names of columns by which a table is known to be one. Those of other shapes are added by their readers. */
export const COLUMNS: ReadonlySet<string> = new Set([...NATIVE_FIELDS, ...PREFERENCE_FIELDS, ...FLAT]);

/** Columns that hold what people or models wrote, in which "None" and "nan" may be what they wrote. */
export const FREE_TEXT =
  /^(prompt|system|question|instruction|input|query|context|history|chosen|rejected|edited|completion|output|answer|response|human_ref|comment|reason|generation)/i;
