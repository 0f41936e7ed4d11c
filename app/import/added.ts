import { plural } from "../ui/number";

type Counts = { promptsAdded: number; responsesAdded: number; comparisonsAdded: number; votesAdded: number };

/** What an import has added so far, in words. */
export const added = ({ promptsAdded, responsesAdded, comparisonsAdded, votesAdded }: Counts): string =>
  `${plural(promptsAdded, "prompt")}, ${plural(responsesAdded, "response")}, ${plural(comparisonsAdded, "comparison")}, ${plural(votesAdded, "vote")}`;

/** In which forms the rows of a file were recognised. */
export function readingInWords(shapes: readonly { name: string; rows: number }[]): string {
  const [only, ...others] = shapes;
  if (only && others.length === 0) return `Recognised as ${only.name}.`;
  return `Recognised as ${shapes.map(({ name, rows }) => `${name} (${plural(rows, "row")})`).join(", ")}.`;
}

export const warnedInWords = (warned: number): string => `${plural(warned, "row")} taken with a warning`;
