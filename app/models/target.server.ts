import { db } from "../database/client.server";
import { notFound, UserError } from "../errors";
import { openSecret } from "../secrets.server";
import { GONE_AFTER_SECONDS, storedServing } from "../workers/schema";
import type { Target } from "./upstream.server";

/**
 * Where a model can be asked now: its endpoint, or a live worker that serves the checkpoint. Throws UserError that says
 * why nobody can be asked and what to do: no worker, none that has it yet, or one whose device a job has.
 */
export async function targetOf(modelId: string): Promise<Target> {
  const model = await db.model.findUnique({ where: { id: modelId } });
  if (!model) throw notFound("This model");
  if (model.kind === "endpoint") {
    const [baseUrl, remoteName, encryptedKey] = [model.baseUrl ?? "", model.remoteName ?? "", model.encryptedKey];
    return { baseUrl, model: remoteName, key: encryptedKey ? await openSecret(encryptedKey, baseUrl) : null, name: model.name };
  }
  const servers = (await liveServers()).filter((server) => server.models.includes(modelId));
  const ready = servers.find(({ state }) => state === "serving") ?? servers[0];
  if (!ready) throw new UserError(await whyNobody(model.name), 503);
  if (ready.state !== "serving")
    throw new UserError(`${model.name} waits: ${ready.reason || `worker ${ready.name} has lent its device to a job`}`, 503);
  return { baseUrl: `${ready.url}/v1`, model: modelId, key: await openSecret(ready.sealedKey, ready.url), name: `Worker ${ready.name}` };
}

export type LiveServer = { id: string; name: string; url: string; state: string; reason: string; models: string[]; sealedKey: string };

const MOST_SERVERS = 200;

/** Workers that were heard of lately and run an inference backend. */
export async function liveServers(): Promise<LiveServer[]> {
  const since = new Date(Date.now() - GONE_AFTER_SECONDS * 1000);
  const workers = await db.worker.findMany({
    where: { lastSeenAt: { gt: since }, servingUrl: { not: null }, token: { revokedAt: null } },
    orderBy: { lastSeenAt: "desc" },
    take: MOST_SERVERS,
  });
  return workers.flatMap(({ id, name, servingUrl, serving }) => {
    const parsed = storedServing.safeParse(serving);
    return parsed.success && servingUrl ? [{ id, name, url: servingUrl, ...parsed.data }] : [];
  });
}

async function whyNobody(name: string): Promise<string> {
  const since = new Date(Date.now() - GONE_AFTER_SECONDS * 1000);
  const alive = await db.worker.count({ where: { lastSeenAt: { gt: since }, token: { revokedAt: null } } });
  if (alive === 0) return `No worker runs, so ${name} cannot be asked. Start one: see Workers.`;
  return `No worker serves ${name} yet. A worker fetches new models within a minute of being idle; if it never does, look at its own output, and whether the folder is on its machine.`;
}
