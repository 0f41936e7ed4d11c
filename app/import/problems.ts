import { distance } from "fastest-levenshtein";
import type { z } from "zod";

/** What is wrong with one row: the field, as a path such as responses[1].text, and the reason in words. */
export class RowProblem extends Error {
  override name = "RowProblem";
  constructor(
    readonly field: string,
    readonly reason: string,
    /** Whether it is said of this row, or once of the whole file: every row of a table has the same columns. */
    readonly scope: "row" | "table" | "file" = "row",
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

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The known field that was probably meant. */
export function suggestion(unknown: string, known: readonly string[]): string | undefined {
  const ranked = known
    .filter((name) => name !== unknown)
    .map((name) => ({ name, away: distance(plain(name), plain(unknown)) }))
    .filter(({ name, away }) => away <= Math.max(1, Math.floor(name.length / 3)))
    .sort((one, other) => one.away - other.away);
  return ranked[0]?.name;
}

/** "a", "a and b", "a, b and c" */
export const listed = (items: readonly string[]): string =>
  items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}` : (items[0] ?? "");

/** All fields that are not known, at once, and what was probably meant by each. */
export function unknownFields(names: readonly string[], known: readonly string[], nested = false): string {
  const meant = names.flatMap((name) => {
    const found = suggestion(name, known);
    return found ? [names.length > 1 ? `"${found}" by "${name}"` : `"${found}"`] : [];
  });
  const others = names.length > 1 ? `${listed(names.map((name) => `"${name}"`))} are not fields` : "is not a field";
  const guess = meant.length > 0 ? `; did you mean ${listed(meant)}?` : ".";
  return `${others} of this format${guess} ${
    nested
      ? `The fields here are ${listed(known)}.`
      : 'Put facts of your own under "metadata", or have unknown fields kept as metadata (--unknown-fields metadata).'
  }`;
}

/** Runs a schema over a part of a row. Throws a RowProblem for the first thing that is wrong. */
export function check<T extends z.ZodType>(schema: T, value: unknown, at: readonly PropertyKey[] = []): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues;
  // A name that is not known explains a name that is missing, so it is said first.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (!issue) throw new RowProblem(fieldPath(at), "cannot be used");
  const given = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (issue.code === "unrecognized_keys")
    throw new RowProblem(
      fieldPath([...at, ...issue.path, ...(issue.keys.length === 1 ? issue.keys : [])]),
      unknownFields(issue.keys, fieldsAt(schema, issue.path), at.length + issue.path.length > 0),
    );
  throw new RowProblem(fieldPath([...at, ...issue.path]), words(issue, given));
}

/** The fields that the schema has at a path, as far as it is made of lists and objects. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = (type: unknown): z.core.$ZodTypeDef & Record<string, never> => (type as { _zod: { def: never } })._zod.def;
  let def = inner(schema);
  const unwrap = () => {
    while ("innerType" in def || "in" in def) def = inner("innerType" in def ? def.innerType : def.in);
  };
  for (const key of path) {
    unwrap();
    const next: unknown = typeof key === "number" ? def.element : (def.shape as Record<PropertyKey, unknown> | undefined)?.[key];
    if (!next) return [];
    def = inner(next);
  }
  unwrap();
  return Object.keys((def.shape as object | undefined) ?? {});
}

const KINDS: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object {…}",
  record: "an object {…}",
  null: "null",
};

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  return KINDS[typeof value] ?? `a ${typeof value}`;
}

/** What is wrong, said of the data: "is a list where a text is due". */
function words(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    if (given === undefined) return "is missing";
    const due = KINDS[issue.expected] ?? issue.expected;
    if (typeof given === "number" && issue.expected === "int") return `is ${given} where a whole number is due`;
    return `is ${kindOf(given)} where ${due} is due`;
  }
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid"))
    return `is ${short(given)}; it may be ${issue.values.map((value) => `"${String(value)}"`).join(", ")}`;
  if (issue.code === "too_small" && issue.message.startsWith("Too small")) return `is ${short(given)}; the least is ${issue.minimum}`;
  if (issue.code === "too_big" && issue.message.startsWith("Too big")) return `is ${short(given)}; the most is ${issue.maximum}`;
  if (issue.code === "invalid_union" && issue.message.startsWith("Invalid input")) return "cannot be used as it is";
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

/** A value as it may be quoted in a message. */
export function short(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? "nothing");
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
