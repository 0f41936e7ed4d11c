import type pg from "pg";
import { sha256 } from "../prompts/content.server";
import { canonicalJson, type JsonObject } from "../prompts/tools";
import type { PreparedRow } from "./prepare.server";

/** What a file calls a thing, and says of it. */
export type Facts = { externalId?: string | undefined; metadata?: JsonObject | undefined; params?: JsonObject | undefined };
/** The same of a thing that is there, JSON by its digest; null where nothing was said. */
export type KnownFacts = { externalId: string | null; metadata: string | null; params?: string | null };

/** What a row says of something that is there already, when that says otherwise: a row of the table Alias. */
export type PlannedAlias = { key: string; promptId: string; responseId?: string; comparisonId?: string; facts: Facts };

/**
 * Digests of JSON as the database makes them, so that what it holds can be compared without reading it. A batch none of
 * whose prompts are stored asks for none: what it holds is then compared with itself alone.
 */
export class Digests {
  private readonly stored = new Map<string, string>();

  of(value: JsonObject): string {
    return this.stored.get(JSON.stringify(value)) ?? canonicalJson(value);
  }

  async load(client: pg.ClientBase, rows: readonly PreparedRow[]): Promise<void> {
    const texts = [...new Set(rows.flatMap(jsonOf).map((value) => JSON.stringify(value)))];
    if (texts.length === 0) return;
    const { rows: digests } = await client.query<{ digest: string }>(
      `SELECT md5(value::jsonb::text) AS digest FROM unnest($1::text[]) WITH ORDINALITY AS given(value, place) ORDER BY place`,
      [texts],
    );
    for (const [index, { digest }] of digests.entries()) this.stored.set(texts[index] ?? "", digest);
  }
}

const jsonOf = ({ metadata, comparison, responses, repeated, votes }: PreparedRow): JsonObject[] =>
  [
    metadata,
    comparison?.metadata,
    ...[...responses, ...repeated].flatMap((response) => [response.params, response.metadata]),
    ...votes.map((vote) => vote.metadata),
  ].filter((value): value is JsonObject => hasFacts(value));

const hasFacts = (value: JsonObject | undefined): value is JsonObject => value !== undefined && Object.keys(value).length > 0;

/** The part of what is said that is not known yet; undefined when there is none. What is not said contradicts nothing. */
export function unknownFacts(digests: Digests, given: Facts, known: KnownFacts): Facts | undefined {
  const facts: Facts = {};
  if (given.externalId !== undefined && given.externalId !== known.externalId) facts.externalId = given.externalId;
  if (hasFacts(given.metadata) && digests.of(given.metadata) !== known.metadata) facts.metadata = given.metadata;
  if (hasFacts(given.params) && digests.of(given.params) !== known.params) facts.params = given.params;
  return Object.keys(facts).length > 0 ? facts : undefined;
}

export const knownFacts = (digests: Digests, { externalId, metadata, params }: Facts): KnownFacts => ({
  externalId: externalId ?? null,
  metadata: hasFacts(metadata) ? digests.of(metadata) : null,
  params: hasFacts(params) ? digests.of(params) : null,
});

export function alias(subject: Omit<PlannedAlias, "key" | "facts">, facts: Facts): PlannedAlias {
  return { ...subject, facts, key: sha256(canonicalJson({ ...subject, ...facts })) };
}

/** Those that are not stored yet, by key. */
export async function newAliases(client: pg.ClientBase, planned: readonly PlannedAlias[]): Promise<Map<string, PlannedAlias>> {
  const found = new Map(planned.map((one) => [one.key, one]));
  if (found.size === 0) return found;
  const { rows } = await client.query<{ key: string }>(`SELECT "key" FROM "Alias" WHERE "key" = ANY($1::text[])`, [[...found.keys()]]);
  for (const { key } of rows) found.delete(key);
  return found;
}
