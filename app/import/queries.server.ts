import { z } from "zod";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import type { ImportRun } from "../generated/prisma/client";
import { readBadRows } from "./bad-rows.server";
import { badRowsPath } from "./files.server";
import { storedOptions, type ImportList } from "./schema";

const NAMES = { pool: { select: { id: true, name: true } }, createdBy: { select: { name: true } } };

type Named = ImportRun & { pool: { id: string; name: string }; createdBy: { name: string } | null };

/** An import as pages and the API show it: sizes are numbers, and what is kept for the runner alone is left out. */
function shown({ options, bytesTotal, bytesDone, heartbeatAt: _, poolId: __, createdById: ___, ...run }: Named) {
  const { pairs, round, annotator } = storedOptions.parse(options);
  return { ...run, bytesTotal: Number(bytesTotal), bytesDone: Number(bytesDone), options: { pairs, round, annotator } };
}

export type ShownImport = ReturnType<typeof shown>;

/** A page of imports, newest first unless asked otherwise. */
export async function listImports({ page, perPage, dir, pool, status }: ImportList) {
  const where = { ...(pool ? { poolId: pool } : {}), ...(status ? { status } : {}) };
  const [runs, rowCount] = await Promise.all([
    db.importRun.findMany({ where, include: NAMES, orderBy: [{ createdAt: dir }, { id: dir }], skip: (page - 1) * perPage, take: perPage }),
    db.importRun.count({ where }),
  ]);
  return { rows: runs.map(shown), rowCount };
}

export async function getImport(id: string): Promise<ShownImport> {
  const run = z.uuid().safeParse(id).success ? await db.importRun.findUnique({ where: { id }, include: NAMES }) : null;
  if (!run) throw notFound("This import");
  return shown(run);
}

/** Bad rows of an import, as a page of a list. */
export async function listBadRows(id: string, { page, perPage }: { page: number; perPage: number }) {
  return await readBadRows(badRowsPath(id), { skip: (page - 1) * perPage, take: perPage });
}
