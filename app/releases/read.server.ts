import type { ClientBase } from "pg";
import { to } from "pg-copy-streams";
import type { Message } from "../contract/release-row";
import type { Strength, Tie } from "../votes/strength";
import { CopyTuples } from "./copy-tuples";
import { HAS } from "./facts";
import type { Split } from "./schema";
import { aliasOf } from "./selection.server";
import { says } from "./staging.server";
import type { Utf8 } from "./utf8";

/** One row of a release before it is rendered. */
export type SourceRow = {
  row_id: string;
  /** Where it is set, A stands in the place of `chosen` and B in that of `rejected`. */
  tie: Tie | null;
  split: Split;
  /** Their texts are Utf8, like the others. */
  messages: Message[];
  /** JSON as it was given: the tools that the prompt offers, and those that a response calls. */
  tools: Utf8 | null;
  chosen_calls: Utf8 | null;
  rejected_calls: Utf8 | null;
  chosen: Utf8;
  rejected: Utf8;
  edited: Utf8 | null;
  strength: Strength | null;
  votes: string;
  agreement: number;
  round: number;
  pool: Utf8;
  chosen_model: Utf8;
  rejected_model: Utf8;
  annotator: Utf8 | null;
  chosen_side: "left" | "right" | null;
  /** Whether the row's vote came with a file; null where a row has several votes. */
  imported: boolean | null;
  /** JSON of RawFacts; null when there are none, or none are wanted. */
  facts: Utf8 | null;
};

/**
 * Reads the staged rows with their texts, in order, as one stream that waits for its reader: what is in memory is what
 * the socket holds, however many rows there are. A StageReader makes rows of its pieces.
 */
export async function* readStage(client: ClientBase, rows: "release_rows" | "release_ties"): AsyncGenerator<Buffer> {
  // Rows are looked up one by one in their order. Joining or sorting whole tables would put every text into temporary files first.
  for (const way of ["hashjoin", "mergejoin", "sort"]) await client.query(`SET LOCAL enable_${way} = off`);
  const stream = client.query(to(`COPY (${stagedSql(rows)}) TO STDOUT (FORMAT binary)`));
  // A reader that stops early closes the connection, which the stream reports when nobody listens any more.
  stream.on("error", () => undefined);
  yield* stream as AsyncIterable<Buffer>;
}

const said = (subject: string) => `json_build_array(${subject}."externalId", ${subject}."metadata"`;
/** Of the row `s`, whose responses are `a` and `b` and whose prompt is `t`: RawFacts of facts.ts. */
const FACTS = `
      SELECT json_build_object(
        'prompt', ${said("t")}), 'comparison', ${said("c")}), 'responses', json_build_array(${said("a")}, a."params"), ${said("b")}, b."params")),
        'also', (
          SELECT json_agg(json_build_array(
            CASE WHEN l."comparisonId" IS NOT NULL THEN 'comparison' WHEN l."responseId" = a."id" THEN '0' WHEN l."responseId" = b."id" THEN '1' ELSE 'prompt' END,
            l."externalId", l."metadata", l."params") ORDER BY l."id")
          FROM "Alias" l WHERE s.has & ${HAS.details} > 0 AND ${aliasOf("c")}),
        'votes', (
          SELECT json_agg(json_build_array(
            CASE WHEN w.tie IS NOT NULL THEN w.tie::text WHEN w.side = COALESCE(s.side, 0) THEN '0' ELSE '1' END,
            v."externalId", r."comment", r."reason", r."metadata") ORDER BY v."id")
          FROM release_votes w JOIN "Vote" v ON v."id" = w.vote_id JOIN "VoteRevision" r ON r."id" = w.revision_id
          WHERE w.comparison_id = s.comparison_id AND s.row_id IN (w.vote_id, w.comparison_id) AND ${says("w")})
      )::text
      FROM "Comparison" c WHERE c."id" = s.comparison_id`;

const stagedSql = (rows: string) => `
  SELECT s.row_id::text, s.tie::text, s.split, t."messages"::text, t."tools"::text, a."toolCalls"::text, b."toolCalls"::text, a."text", b."text", e."text", s.strength::text, s.votes::text, s.agreement::text,
    s.round::text, o."name", a."modelName", b."modelName",
    CASE WHEN u."unnamedInId" IS NULL THEN u."pseudonym" END,
    CASE WHEN s.left_side IS NOT NULL THEN CASE WHEN s.left_side = COALESCE(s.side, 0) THEN 'left' ELSE 'right' END END,
    s.imported::text,
    CASE WHEN s.has > 0 THEN (${FACTS}) END
  FROM ${rows} s
    JOIN "Prompt" t ON t."id" = s.prompt_id
    JOIN "Pool" o ON o."id" = s.pool_id
    JOIN "Response" a ON a."id" = s.chosen_id
    JOIN "Response" b ON b."id" = s.rejected_id
    LEFT JOIN "Edit" e ON e."id" = s.edit_id
    LEFT JOIN "User" u ON u."id" = s.annotator_id
  ORDER BY s.position`;

export class StageReader {
  private readonly tuples = new CopyTuples();

  /** The rows that end in this piece. Take them one by one, so that the garbage collector never finds more than one alive. */
  *rows(piece: Buffer): Generator<SourceRow> {
    for (const fields of this.tuples.read(piece)) yield sourceRow(fields);
  }
}

/** Names the fields of stagedSql, in their order. */
function sourceRow(fields: (Utf8 | null)[]): SourceRow {
  const [
    row_id,
    tie,
    split,
    messages,
    tools,
    chosen_calls,
    rejected_calls,
    chosen,
    rejected,
    edited,
    strength,
    votes,
    agreement,
    round,
    pool,
    ...people
  ] = fields;
  const [chosen_model, rejected_model, annotator, chosen_side, imported, facts] = people;
  // One literal: spread together of parts, each took a kilobyte that only a full garbage collection gave back.
  const row: { [Name in keyof SourceRow]: unknown } = {
    row_id,
    tie,
    split,
    messages: JSON.parse(messages ?? ""),
    tools,
    chosen_calls,
    rejected_calls,
    chosen,
    rejected,
    edited,
    strength,
    votes,
    agreement: Number(agreement),
    round: Number(round),
    pool,
    chosen_model,
    rejected_model,
    annotator,
    chosen_side,
    imported: imported === null ? null : imported === "true",
    facts,
  };
  return row as SourceRow;
}
