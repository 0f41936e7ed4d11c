import { db } from "../database/client.server";
import { Prisma } from "../generated/prisma/client";
import { type List, findPage } from "../lists/page.server";
import type { AuditList } from "./list";

/** A page of the audit log, with the names of those who acted and of the people and pools acted upon. */
export async function listAudit(input: AuditList) {
  const { ids, ...found } = await findPage(describe(input), input);
  const entries = await db.auditEntry.findMany({ where: { id: { in: ids.map(BigInt) } } });
  const names = await namesOf(entries);
  const byId = new Map(
    entries.map(({ id, ...entry }) => [
      String(id),
      {
        ...entry,
        id: String(id),
        actorName: (entry.actorId && names.get(entry.actorId)) ?? null,
        subjectName: names.get(entry.subjectId) ?? null,
      },
    ]),
  );
  return { ...found, rows: ids.flatMap((id) => byId.get(id) ?? []) };
}

function describe({ actor, action, subjectType, subject, from, to }: AuditList): List {
  const range: Prisma.Sql[] = [];
  if (from) range.push(Prisma.sql`t."at" >= ${`${from}T00:00:00Z`}::timestamptz`);
  if (to) range.push(Prisma.sql`t."at" < ${`${to}T00:00:00Z`}::timestamptz + interval '1 day'`);
  // There is an index in order of time for each person, each action, and each action of a person.
  if (actor) range.push(Prisma.sql`t."actorId" = ${actor}::uuid`);
  if (action) range.push(Prisma.sql`t."action" = ${action}`);
  const where: Prisma.Sql[] = [];
  if (subjectType) where.push(Prisma.sql`t."subjectType" = ${subjectType}`);
  if (subject) where.push(Prisma.sql`t."subjectId" = ${subject}`);
  const narrow = subject ? Prisma.sql`SELECT t."id" FROM "AuditEntry" t WHERE ${Prisma.join(where, " AND ")}` : undefined;
  return { table: "AuditEntry", key: { column: Prisma.sql`t."at"`, type: "time" }, id: "bigint", range, where, narrow };
}

/** People and pools by id; other subjects have no name of their own. */
async function namesOf(entries: { actorId: string | null; subjectId: string; subjectType: string }[]): Promise<Map<string, string>> {
  const subjects = (type: string) => entries.filter(({ subjectType }) => subjectType === type).map(({ subjectId }) => subjectId);
  const people = [...subjects("user"), ...entries.flatMap(({ actorId }) => actorId ?? [])];
  const [users, pools] = await Promise.all([
    db.user.findMany({ where: { id: { in: [...new Set(people)] } }, select: { id: true, name: true } }),
    db.pool.findMany({ where: { id: { in: [...new Set(subjects("pool"))] } }, select: { id: true, name: true } }),
  ]);
  return new Map([...users, ...pools].map(({ id, name }) => [id, name]));
}

/** The kinds of actions that have happened, for the filter. Hops along the index, so that it costs the same on a long log. */
export async function auditActions(): Promise<string[]> {
  const rows = await db.$queryRaw<{ action: string }[]>`
    WITH RECURSIVE kinds AS (
      (SELECT "action" FROM "AuditEntry" ORDER BY "action" LIMIT 1)
      UNION ALL
      SELECT (SELECT e."action" FROM "AuditEntry" e WHERE e."action" > kinds."action" ORDER BY e."action" LIMIT 1) FROM kinds WHERE kinds."action" IS NOT NULL
    )
    SELECT "action" FROM kinds WHERE "action" IS NOT NULL`;
  return rows.map(({ action }) => action);
}

const MOST_PEOPLE = 500;

/** Who can be chosen in the filter: people with an account, open or closed, and whoever is chosen. */
export async function peopleInLog(chosen?: string) {
  const select = { id: true, name: true } as const;
  const people = await db.user.findMany({ where: { imported: false }, select, orderBy: { name: "asc" }, take: MOST_PEOPLE });
  if (!chosen || people.some(({ id }) => id === chosen)) return people;
  return [...(await db.user.findMany({ where: { id: chosen }, select })), ...people];
}

export type AuditRow = Awaited<ReturnType<typeof listAudit>>["rows"][number];
