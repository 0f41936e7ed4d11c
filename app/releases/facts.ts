import type { ReleaseOptions } from "./schema";
import type { Utf8 } from "./utf8";

/**
 * What a row says beyond its texts and its vote, as bits, so that it is looked up only where there is something: what the
 * first reader of a file should meet early is known in the same way.
 */
export const HAS = { id: 1, metadata: 2, details: 4, comment: 8, reason: 16, voteMetadata: 32, voteId: 64 } as const;
export const SAID = HAS.comment | HAS.reason | HAS.voteMetadata | HAS.voteId;

type Json = unknown;
/** An id, metadata, and of a response its parameters. */
type Subject = [id: Utf8 | null, metadata: Json, params?: Json];
/** Of a vote: "0" for the first response, "1" for the second, or the tie. */
type Said = [answer: Utf8, id: Utf8 | null, comment: Utf8, reason: Utf8, metadata: Json];
/** As read.server.ts selects them. */
export type RawFacts = {
  prompt: Subject;
  comparison: Subject;
  responses: [Subject, Subject];
  /** What further rows of imports said, of "prompt", "comparison", "0" or "1". */
  also: [of: Utf8, ...Subject][] | null;
  votes: Said[] | null;
};

/** Texts in every row that has them; what is JSON is JSON text, because a column has one type. */
export const FACT_FIELDS = ["external_id", "metadata", "details"] as const;
export const VOTE_FIELDS = ["vote_id", "comment", "reason", "vote_metadata"] as const;
export type Facts = Partial<Record<(typeof FACT_FIELDS)[number] | (typeof VOTE_FIELDS)[number], Utf8>>;

const isNothing = (value: Json) =>
  value === null || value === undefined || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
const filled = <T extends Record<string, Json>>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isNothing(value))) as Partial<T>;
const text = (value: Json): Utf8 | undefined => (isNothing(value) ? undefined : JSON.stringify(value));

/**
 * The facts of a row, with the names that its two responses have. The pair's own id and metadata stand in the row; the
 * prompt's, where they are others, in `details`. One vote is told in fields, several are a list in `details`.
 */
export function factsOf(raw: Utf8 | null, options: ReleaseOptions, names: { first: string; second: string }): Facts {
  if (raw === null) return {};
  const { prompt, comparison, responses, also, votes } = JSON.parse(raw) as RawFacts;
  const name = (of: Utf8) => (of === "0" ? names.first : of === "1" ? names.second : of);
  const [id, metadata] = [comparison[0] ?? prompt[0], comparison[1] ?? prompt[1]];
  const subject = ([external_id, said, params]: Subject) => filled({ external_id, metadata: said, params });
  const each = (votes ?? []).map(([answer, external_id, comment, reason, said]) => ({
    answer: name(answer),
    ...filled({ external_id, comment, reason, metadata: said }),
  }));
  const single = options.aggregation === "votes" ? votes?.[0] : undefined;
  const details = filled({
    prompt: filled({ external_id: comparison[0] === null ? null : prompt[0], metadata: comparison[1] === null ? null : prompt[1] }),
    [names.first]: subject(responses[0]),
    [names.second]: subject(responses[1]),
    also: (also ?? []).map(([of, ...rest]) => ({ of: name(of), ...subject(rest) })),
    votes: options.aggregation === "majority" ? each : [],
  });
  return filled({
    external_id: id,
    metadata: text(metadata),
    details: text(details),
    ...(single && { vote_id: single[1], comment: single[2], reason: single[3], vote_metadata: text(single[4]) }),
  }) as Facts;
}
