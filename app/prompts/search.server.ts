import { Prisma } from "../generated/prisma/client";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Looking into texts and other tables costs more than a column of the row, so such lists look at fewer rows at once. */
export const SEARCH_REACH = 2000;

/**
 * What a search box means: the prompt with this id or external id, or those whose last user turn has every word, each
 * perhaps only begun. Letters and digits make words, so nothing that is typed is query syntax.
 * `ids` finds them all through indexes, some perhaps twice; `matches` tests one row of Prompt, by its alias, for when
 * the words are so common that their index helps little: there it is cheaper than making a tsvector of each text.
 */
export function searchPrompts(q: string): { ids: Prisma.Sql; matches: (alias: "t" | "p") => Prisma.Sql } {
  const words = q.match(/[\p{L}\p{N}]+/gu) ?? [];
  const query = words.map((word) => `'${word}':*`).join(" & ");
  const byId = UUID.test(q) ? Prisma.sql`OR "id" = ${q}::uuid` : Prisma.empty;
  const byWords = words.length > 0 ? Prisma.sql`to_tsvector('simple', "excerpt") @@ to_tsquery('simple', ${query})` : Prisma.sql`false`;
  return {
    ids: Prisma.sql`SELECT "id" FROM "Prompt" WHERE "externalId" = ${q} ${byId} UNION ALL SELECT "id" FROM "Prompt" WHERE ${byWords}`,
    matches: (alias) => {
      const begun = words.map((word) => Prisma.sql`${Prisma.raw(alias)}."excerpt" ~* ${`\\m${word}`}`);
      return begun.length > 0 ? Prisma.join(begun, " AND ") : Prisma.sql`false`;
    },
  };
}
