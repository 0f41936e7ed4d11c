import { db, type Prisma } from "../database/client.server";
import { notFound } from "../errors";
import type { ListResult } from "../ui/table";
import type { ListQuery } from "./schema";
import { liveServers } from "./target.server";

const listed = {
  id: true,
  name: true,
  kind: true,
  task: true,
  sizeBytes: true,
  metrics: true,
  createdAt: true,
  archivedAt: true,
  baseUrl: true,
  path: true,
  job: { select: { id: true, number: true, type: true, release: { select: { number: true, name: true } } } },
} satisfies Prisma.ModelSelect;

export type ModelRow = Awaited<ReturnType<typeof listModels>>["rows"][number];

/** A page of the registry, with the workers that serve each model now. */
export async function listModels(query: ListQuery) {
  const where = { archivedAt: query.archived ? { not: null } : null, task: query.task, kind: query.kind } satisfies Prisma.ModelWhereInput;
  const [models, rowCount, servers] = await Promise.all([
    db.model.findMany({
      where,
      select: listed,
      orderBy: [{ [query.sort]: query.dir }, { id: query.dir }],
      skip: (query.page - 1) * query.perPage,
      take: query.perPage,
    }),
    db.model.count({ where }),
    liveServers(),
  ]);
  const rows = models.map((model) => ({
    ...model,
    sizeBytes: model.sizeBytes === null ? null : Number(model.sizeBytes),
    metrics: model.metrics as Record<string, number | null>,
    servedBy: servers.filter((server) => server.models.includes(model.id)).map(({ name, state }) => ({ name, state })),
  }));
  return { rows, rowCount } satisfies ListResult<(typeof rows)[number]>;
}

/** Models to choose from in forms, newest first, and those that are chosen. */
export async function modelChoices(where: Prisma.ModelWhereInput = {}, chosen: (string | undefined)[] = []) {
  const select = { id: true, name: true, kind: true, task: true } as const;
  const models = await db.model.findMany({
    where: { archivedAt: null, ...where },
    select,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: 300,
  });
  const missing = chosen.flatMap((id) => (id && !models.some((model) => model.id === id) ? id : []));
  return missing.length > 0 ? [...(await db.model.findMany({ where: { ...where, id: { in: missing } }, select })), ...models] : models;
}

/** Files that a page names. */
const FILES = 200;

/** One model with everything it came from and everything that came from it. */
export async function findModel(id: string) {
  const model = await db.model.findUnique({
    where: { id },
    include: {
      job: { include: { release: { select: { id: true, number: true, name: true } } } },
      files: { include: { artifact: true }, orderBy: { path: "asc" }, take: FILES },
      _count: { select: { files: true } },
    },
  });
  if (!model) throw notFound("This model");
  const servers = (await liveServers()).filter((server) => server.models.includes(id));
  const { encryptedKey, files, sizeBytes, _count, ...rest } = model;
  return {
    ...rest,
    metrics: model.metrics as Record<string, number | null>,
    sizeBytes: sizeBytes === null ? null : Number(sizeBytes),
    hasKey: encryptedKey !== null,
    files: files.map((file) => ({ path: file.path, sha256: file.sha256, sizeBytes: Number(file.artifact.sizeBytes) })),
    filesTotal: _count.files,
    servedBy: servers.map(({ name, state, reason }) => ({ name, state, reason })),
  };
}
