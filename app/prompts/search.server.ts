import { db } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Looking into texts and other tables costs more than a column of the row, so such lists look at fewer rows at once. */
export const SEARCH_REACH = 2000;

/** Entries of the index that one search may read. It reads all those of a word, and of every word that begins with it. */
const MAX_ENTRIES = 150_000;
/** Prompts that a search finds exactly. They lie anywhere in the table, so each may cost a page of its own. */
export const SEARCH_FEW = 3000;

export type Search = {
  /** Finds them all through indexes, some perhaps twice. Undefined when the words are so common that this would take long. */
  ids?: Prisma.Sql;
  /** Tests one row of Prompt, by its alias: cheaper than making a tsvector of each text. */
  matches: (alias: "t" | "p") => Prisma.Sql;
};

/**
 * What a search box means: the prompt with this id or external id, or those whose last user turn has every word, each
 * perhaps only begun. Letters and digits make words, so nothing that is typed is query syntax.
 */
export async function searchPrompts(q: string): Promise<Search> {
  const words = [...new Set(q.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
  const { rare, common } = await sorted(words);
  const matches: Search["matches"] = (alias) => begun(words, Prisma.raw(`${alias}.`));
  if (words.length > 0 && rare.length === 0) return { matches };
  const query = rare.map((word) => `'${word}':*`).join(" & ");
  const byId = UUID.test(q) ? Prisma.sql`OR "id" = ${q}::uuid` : Prisma.empty;
  const byWords = Prisma.sql`to_tsvector('simple', "excerpt") @@ to_tsquery('simple', ${query})`;
  const rest = common.length > 0 ? Prisma.sql`AND ${begun(common, Prisma.empty)}` : Prisma.empty;
  const found = rare.length > 0 ? Prisma.sql`UNION ALL SELECT "id" FROM "Prompt" WHERE ${byWords} ${rest}` : Prisma.empty;
  return { ids: Prisma.sql`SELECT "id" FROM "Prompt" WHERE "externalId" = ${q} ${byId} ${found}`, matches };
}

function begun(words: string[], alias: Prisma.Sql): Prisma.Sql {
  const conditions = words.map((word) => Prisma.sql`${alias}"excerpt" ~* ${`\\m${word}`}`);
  return conditions.length > 0 ? Prisma.join(conditions, " AND ") : Prisma.sql`false`;
}

/** The words to look up in the index, and those to test on what it finds; all are common when the index would find too much. */
async function sorted(words: string[]): Promise<{ rare: string[]; common: string[] }> {
  if (words.length === 0) return { rare: [], common: [] };
  const { rows, shares } = await frequencies(words);
  const byShare = words.map((word) => ({ word, share: shares.get(word) ?? 0 })).sort((a, b) => a.share - b.share);
  let [entries, found] = [0, rows];
  const rare = byShare.filter(({ share }) => (entries += share * rows) <= MAX_ENTRIES);
  for (const { share } of rare) found *= Math.min(1, share);
  if (found > SEARCH_FEW) return { rare: [], common: words };
  return { rare: rare.map(({ word }) => word), common: byShare.slice(rare.length).map(({ word }) => word) };
}

/** How often words that begin so stand in a prompt, by what PostgreSQL last sampled; 0 for those that it met seldom or never. */
async function frequencies(words: string[]): Promise<{ rows: number; shares: Map<string, number> }> {
  const found = await db.$queryRaw<{ rows: number; word: string; share: number }[]>`
    SELECT (SELECT "reltuples" FROM pg_class WHERE "oid" = '"Prompt"'::regclass) AS "rows", w AS "word", coalesce(sum(f), 0) AS "share"
    FROM unnest(${words}::text[]) w LEFT JOIN (
      SELECT unnest("most_common_elems"::text::text[]) AS e, unnest("most_common_elem_freqs") AS f
      FROM pg_stats WHERE "schemaname" = current_schema() AND "tablename" = 'Prompt_search'
    ) s ON starts_with(e, w) GROUP BY w`;
  return { rows: Math.max(0, found[0]?.rows ?? 0), shares: new Map(found.map(({ word, share }) => [word, share])) };
}
