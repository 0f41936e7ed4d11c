import { z } from "zod";
import { audit, type Actor } from "../audit/commands.server";
import { db } from "../database/client.server";
import { notFound, UserError } from "../errors";
import type { Model } from "../generated/prisma/client";
import { parseJsonText } from "../json";
import { sealSecret } from "../secrets.server";
import { endpointUrl } from "./address.server";
import type { RegisterModel } from "./schema";
import { targetOf } from "./target.server";
import { ask, readText } from "./upstream.server";

/** Adds a folder on the workers, or a server's address, to the registry. A key is sealed before it is stored. */
export async function registerModel(actor: Actor, input: RegisterModel): Promise<Model> {
  return db.$transaction(async (tx) => {
    if (await tx.model.findUnique({ where: { name: input.name } }))
      throw new UserError("There is a model of this name already.", 409, "name");
    const model = await tx.model.create({
      data: { name: input.name, description: input.description, kind: input.kind, task: input.task, ...(await placeOf(input)) },
    });
    await audit(tx, actor, {
      action: "model.register",
      subjectType: "model",
      subjectId: model.id,
      detail: { name: model.name, kind: model.kind },
    });
    return model;
  });
}

async function placeOf(input: RegisterModel) {
  if (input.kind === "checkpoint") return { path: input.path };
  const baseUrl = endpointUrl(input.baseUrl).href.replace(/\/$/, "");
  return { baseUrl, remoteName: input.remoteName, encryptedKey: input.key ? await sealSecret(input.key, baseUrl) : null };
}

/** Archiving hides a model from forms and workers; what was made from it keeps its lineage. */
export async function setArchived(actor: Actor, modelId: string, archived: boolean): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.model.updateMany({
      where: { id: modelId, archivedAt: archived ? null : { not: null } },
      data: { archivedAt: archived ? new Date() : null },
    });
    if (count === 0) throw notFound("This model");
    await audit(tx, actor, { action: archived ? "model.archive" : "model.restore", subjectType: "model", subjectId: modelId });
  });
}

/** Asks the model's server which models it has, and says in words what came of it. Throws UserError when it fails. */
export async function testConnection(modelId: string): Promise<string> {
  const started = Date.now();
  const target = await targetOf(modelId);
  const names = namesIn(await readText(await ask(target, "/models", undefined, AbortSignal.timeout(20_000))));
  const took = `${Date.now() - started} ms`;
  if (!names) throw new UserError(`Something answers at ${target.baseUrl}, but with no list of models. Does the address end on /v1?`);
  if (names.includes(target.model)) return `It answers in ${took} and has ${target.model}.`;
  throw new UserError(`It answers in ${took}, but has no model ${target.model}. It has: ${names.slice(0, 10).join(", ") || "none"}.`);
}

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

function namesIn(text: string): string[] | undefined {
  try {
    return modelList.parse(parseJsonText(text)).data.map(({ id }) => id);
  } catch {
    return undefined;
  }
}
