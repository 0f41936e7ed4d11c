import { distance } from "fastest-levenshtein";
import type { z } from "zod";

/** What is wrong with one row: the field, as a path such as responses[1].text, and the reason in words. */
export class RowProblem extends Error {
  override name = "RowProblem";
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(field ? `${field}: ${reason}` : reason);
  }
}

/** One line of the file of bad rows. `source` is what stood there, so that it can be mended and imported again. */
export type BadRow = { line: number; field: string; reason: string; source?: string };

/** ["responses", 1, "text"] → responses[1].text */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    "",
  );
}

/** The known field that was probably meant. */
export function suggestion(unknown: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const ranked = known
    .map((name) => ({ name, away: distance(plain(name), plain(unknown)) }))
    .filter(({ name, away }) => away <= Math.max(1, Math.floor(name.length / 3)))
    .sort((one, other) => one.away - other.away);
  return ranked[0]?.name;
}

export function unknownField(name: string, known: readonly string[]): string {
  const meant = suggestion(name, known);
  return `is not a field of this format; ${meant ? `did you mean "${meant}"? ` : ""}Facts of your own belong under "metadata"`;
}

/** Runs a schema over a part of a row. Throws a RowProblem for the first thing that is wrong. */
export function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
  at: readonly PropertyKey[] = [],
  known: readonly string[] = [],
): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues;
  // A name that is not known explains a name that is missing, so it is said first.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (!issue) throw new RowProblem(fieldPath(at), "cannot be used");
  if (issue.code === "unrecognized_keys")
    throw new RowProblem(fieldPath([...at, ...issue.path, issue.keys[0] ?? ""]), unknownField(issue.keys[0] ?? "", known));
  throw new RowProblem(fieldPath([...at, ...issue.path]), lowerFirst(issue.message));
}

const lowerFirst = (text: string) => text.replace(/^Invalid input: /, "").replace(/^[A-Z](?=[a-z])/, (char) => char.toLowerCase());
