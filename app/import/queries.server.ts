import { z } from "zod";
import { db } from "../database/client.server";
import { notFound } from "../errors";
import type { ImportRun } from "../generated/prisma/client";
import { readBadRows } from "./bad-rows.server";
import { badRowsPath } from "./files.server";
import type { FileReading } from "./reading";
import { storedOptions, type ImportList } from "./schema";
import { shapesOf } from "./shapes";
import type { UndoCounts } from "./undo-stage.server";

const NAMES = { pool: { select: { id: true, name: true } }, createdBy: { select: { name: true } } };

type Named = ImportRun & { pool: { id: string; name: string }; createdBy: { name: string } | null };

/** An import as pages and the API show it: sizes are numbers, and what is kept for the runner alone is left out. */
function shown({ options, undone, reading, bytesTotal, bytesDone, heartbeatAt: _, poolId: __, createdById: ___, ...run }: Named) {
  const { pairs, round, annotator, unknownFields } = storedOptions.parse(options);
  const { warned = 0, warnings = [] } = reading as Partial<FileReading>;
  return {
    ...run,
    bytesTotal: Number(bytesTotal),
    bytesDone: Number(bytesDone),
    options: { pairs, round, annotator, unknownFields },
    ...{ shapes: shapesOf(reading as Partial<FileReading>), warned, warnings },
    undone: undone as UndoCounts | null,
  };
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

/** Bad rows are read from the beginning of their file, so a list ends somewhere; the file itself can be downloaded. */
const MOST_LISTED = 100_000;

/** Bad rows of an import, as a page of a list. */
export async function listBadRows(id: string, { page, perPage }: { page: number; perPage: number }) {
  const skip = (page - 1) * perPage;
  return skip < MOST_LISTED ? await readBadRows(badRowsPath(id), { skip, take: perPage }) : [];
}
