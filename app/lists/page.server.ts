import { db } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";
import type { Place } from "./schema";

/** Rows that one request looks at; it bounds the cost of every list, whatever its filters and its size. */
export const REACH = 10_000;

/**
 * A list over one table, which is called `t` in every condition. docs/decisions/0009-lists.md
 *
 * Conditions in `where` must be scalar, with subqueries such as `(SELECT count(*) …) > 0`: EXISTS would let the planner
 * turn them into joins over whole tables, where a look at a few thousand rows is enough.
 */
export type List = {
  table: "Prompt" | "Comparison" | "AuditEntry";
  /** An indexed column; ties are broken by id in the same direction. */
  key: { column: Prisma.Sql; type: "time" | "number" };
  id: "uuid" | "bigint";
  /** Conditions that the index of the order answers, so that no row is read in vain. */
  range?: Prisma.Sql[];
  /** Conditions that are tested row by row. */
  where: Prisma.Sql[];
  /** Ids that an index finds for one of the filters. When they are at most `few`, only they are looked at. */
  narrow?: Prisma.Sql;
  /** REACH, unless a condition is dear to test. */
  few?: number;
  /** The filter behind `narrow` as a condition, when it does not stand in `where` or `range`. */
  instead?: Prisma.Sql;
  /** Rows that one request looks at, at most; REACH when a condition is cheap to test. */
  reach?: number;
};

/** The ids of a page in order. `next` and `previous` are places for links; `unfinished` when the reach ended the page early. */
export type Found = { ids: string[]; rowCount: number; more: boolean; next?: string; previous?: string; unfinished: boolean };

type Row = { id: string; key: bigint };

export async function findPage(list: List, place: Place): Promise<Found> {
  return (await narrowed(list, place)) ?? (await walked(list, place));
}

const all = (conditions: Prisma.Sql[]) => (conditions.length > 0 ? Prisma.join(conditions, " AND ") : Prisma.sql`true`);
const tableOf = (list: List) => Prisma.raw(`"${list.table}"`);
const direction = (dir: "asc" | "desc") => Prisma.raw(dir);
const keyOf = ({ key }: List) =>
  key.type === "time" ? Prisma.sql`(extract(epoch FROM ${key.column}) * 1000)::bigint` : Prisma.sql`${key.column}::bigint`;

/** Few candidates: they are sorted and counted exactly, and a page is an offset. Undefined when they are many. */
async function narrowed(list: List, { page, perPage, dir }: Place): Promise<Found | undefined> {
  if (!list.narrow) return undefined;
  const few = list.few ?? REACH;
  const order = orderOf(list, dir).by;
  // OFFSET 0 makes it one look at an index per candidate, so that no condition is tested on other rows.
  const rows = await db.$queryRaw<{ candidates: bigint; id: string | null; n: bigint | null }[]>`
    WITH candidates AS MATERIALIZED (SELECT "id" FROM (${list.narrow}) found LIMIT ${few + 1}),
    shown AS MATERIALIZED (
      SELECT t."id"::text AS id, count(*) OVER () AS n, row_number() OVER (ORDER BY ${order}) AS place
      FROM (SELECT DISTINCT "id" FROM candidates) c, LATERAL (SELECT * FROM ${tableOf(list)} WHERE "id" = c."id" OFFSET 0) t
      WHERE (SELECT count(*) FROM candidates) <= ${few} AND ${all([...(list.range ?? []), ...list.where])}
      ORDER BY place LIMIT ${perPage} OFFSET ${(page - 1) * perPage}
    )
    SELECT size.n AS candidates, shown.id, shown.n FROM (SELECT count(*) AS n FROM candidates) size LEFT JOIN shown ON true ORDER BY shown.place`;
  if (Number(rows[0]?.candidates) > few) return undefined;
  return { ids: rows.flatMap(({ id }) => id ?? []), rowCount: Number(rows[0]?.n ?? 0), more: false, unfinished: false };
}

/** Many candidates: rows are read in order of the index from the place given, until the page is full or the reach is spent. */
async function walked(list: List, place: Place): Promise<Found> {
  const reach = list.reach ?? REACH;
  const where = tested(list);
  const after = readPlace(list, place.after);
  const before = after ? undefined : readPlace(list, place.before);
  const start = after ?? before;
  const order = orderOf(list, before ? opposite(place.dir) : place.dir);
  const window = (from?: Row) => Prisma.sql`
    SELECT t.*, ${keyOf(list)} AS list_key FROM ${tableOf(list)} t
    WHERE ${all([...(list.range ?? []), ...beyond(list, order.dir, from)])} ORDER BY ${order.by} LIMIT ${reach}`;
  const skip = start ? 0 : (place.page - 1) * place.perPage;
  const [rows, [total]] = await Promise.all([
    db.$queryRaw<Row[]>`
      SELECT t."id"::text AS id, t.list_key AS key FROM (${window(start)}) t WHERE ${where}
      ORDER BY ${order.by} LIMIT ${place.perPage + 1} OFFSET ${skip}`,
    db.$queryRaw<{ seen: bigint; n: bigint }[]>`
      SELECT count(*) AS seen, count(*) FILTER (WHERE ${where}) AS n FROM (${window()}) t`,
  ]);
  const shown = rows.slice(0, place.perPage);
  const unfinished = rows.length <= place.perPage;
  const end = unfinished ? await lastOf(window(start), reach) : shown.at(-1);
  const first = start || place.page > 1 ? (shown[0] ?? start) : undefined;
  return {
    ids: (before ? shown.reverse() : shown).map(({ id }) => id),
    rowCount: Number(total?.n ?? 0),
    more: Number(total?.seen) === reach,
    unfinished: unfinished && end !== undefined,
    ...(before ? places(first, end) : places(end, first)),
  };
}

const tested = ({ where, instead }: List) => all(instead ? [...where, instead] : where);

const orderOf = ({ key }: List, dir: "asc" | "desc") => ({
  dir,
  by: Prisma.sql`${key.column} ${direction(dir)}, t."id" ${direction(dir)}`,
});

const places = (next: Row | undefined, previous: Row | undefined) => ({
  next: next && writePlace(next),
  previous: previous && writePlace(previous),
});

/** The last row of a window that is full: from there the search can go on. */
async function lastOf(window: Prisma.Sql, reach: number): Promise<Row | undefined> {
  const [row] = await db.$queryRaw<Row[]>`SELECT t."id"::text AS id, t.list_key AS key FROM (${window}) t OFFSET ${reach - 1}`;
  return row;
}

function beyond(list: List, dir: "asc" | "desc", start: Row | undefined): Prisma.Sql[] {
  if (!start) return [];
  const key = list.key.type === "time" ? Prisma.sql`to_timestamp(${start.key}::bigint / 1000.0)` : Prisma.sql`${start.key}::bigint`;
  return [Prisma.sql`(${list.key.column}, t."id") ${Prisma.raw(dir === "asc" ? ">" : "<")} (${key}, ${start.id}::${Prisma.raw(list.id)})`];
}

const opposite = (dir: "asc" | "desc") => (dir === "asc" ? "desc" : "asc");
const writePlace = ({ key, id }: Row) => `${key}_${id}`;

const PLACES = { uuid: /^(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, bigint: /^(\d{1,15})_(\d{1,15})$/ };

/** A place from an address; anything that is none begins at the beginning. */
function readPlace(list: List, text: string | undefined): Row | undefined {
  const [, key, id] = PLACES[list.id].exec(text ?? "") ?? [];
  return key && id ? { key: BigInt(key), id } : undefined;
}
