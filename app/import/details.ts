import { canonicalJson, type JsonObject } from "../prompts/tools";
import { RowProblem } from "./problems";
import type { ImportRow, Released } from "./schema";

export function withExtra(metadata: JsonObject | undefined, extra: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(extra))
    if (metadata && Object.hasOwn(metadata, key) && canonicalJson(metadata[key]) !== canonicalJson(value))
      throw new RowProblem(key, "stands in metadata too, with another value, so it cannot become part of it");
  return { ...metadata, ...extra };
}

/**
 * Puts back where it came from what a release says of a row beyond its fields. Of several votes the row is one, and of what further rows said there is no row: both
 * become metadata of the vote.
 */
export function withReleased<T extends ImportRow>(row: T, details: Released | undefined): T {
  if (!details) return row;
  const { prompt, chosen, rejected, ...rest } = details;
  const responses = row.responses.map((response, index) => {
    const { external_id: externalId, metadata: facts, params } = (index === 0 ? chosen : rejected) ?? {};
    return { ...response, ...(externalId !== undefined && { externalId }), ...(facts && { metadata: facts }), ...(params && { params }) };
  });
  const votes = row.votes.map((vote) => (Object.keys(rest).length > 0 ? { ...vote, metadata: withExtra(vote.metadata, rest) } : vote));
  if (!prompt) return { ...row, responses, votes };
  const own = { externalId: row.externalId, metadata: row.metadata };
  const { external_id: externalId = row.externalId, metadata: facts = row.metadata } = prompt;
  return { ...row, externalId, metadata: facts, comparison: own, responses, votes };
}
