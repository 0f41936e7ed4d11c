import { hardware, PROTOCOL, type Hardware } from "../contract/jobs";
import { db } from "../database/client.server";
import { GONE_AFTER_SECONDS, protocolAdvice, storedServing } from "./schema";

export type WorkerRow = Awaited<ReturnType<typeof listWorkers>>[number];

/** Every worker that ever called, the live ones first, with what it does now. */
export async function listWorkers() {
  const workers = await db.worker.findMany({
    orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }],
    take: 200,
    include: {
      token: { select: { name: true, revokedAt: true } },
      jobs: {
        where: { status: { in: ["running", "cancelling"] } },
        select: { id: true, number: true, name: true, phase: true, progress: true },
        take: 5,
      },
    },
  });
  const gone = Date.now() - GONE_AFTER_SECONDS * 1000;
  return workers.map(({ id, name, version, protocolVersion, lastSeenAt, token, jobs, serving, servingUrl, ...worker }) => {
    const served = storedServing.safeParse(serving);
    return {
      id,
      name,
      version,
      lastSeenAt,
      tokenName: token.name,
      state: stateOf({ revoked: token.revokedAt !== null, protocolVersion, recent: lastSeenAt.getTime() > gone }),
      problem: !token.revokedAt && protocolVersion !== PROTOCOL ? protocolAdvice(protocolVersion) : null,
      hardware: describe(worker.hardware),
      jobs,
      serving:
        served.success && servingUrl
          ? { url: servingUrl, state: served.data.state, reason: served.data.reason, models: served.data.models.length }
          : null,
    };
  });
}

/** alive and gone by when it last called; outdated until it calls with the platform's protocol; revoked for good. */
function stateOf({ revoked, protocolVersion, recent }: { revoked: boolean; protocolVersion: number; recent: boolean }) {
  if (revoked) return "revoked" as const;
  if (protocolVersion !== PROTOCOL) return "outdated" as const;
  return recent ? ("alive" as const) : ("gone" as const);
}

/** "NVIDIA H200 (140 GiB)" or "8 processors, 32 GiB". */
function describe(stored: unknown): string {
  const parsed = hardware.safeParse(stored);
  if (!parsed.success) return "unknown";
  const { gpus, cpus, memoryBytes }: Hardware = parsed.data;
  const gib = (bytes: number) => `${Math.round(bytes / 2 ** 30)} GiB`;
  if (gpus.length === 0) return `${cpus} processors, ${gib(memoryBytes)}`;
  const [first] = gpus;
  return `${gpus.length > 1 ? `${gpus.length} × ` : ""}${first?.name ?? ""} (${gib(first?.memoryBytes ?? 0)})`;
}

/** Tokens that workers sign in with, the usable ones first. */
export async function listWorkerTokens() {
  return db.apiToken.findMany({
    where: { scopes: { has: "worker" } },
    orderBy: [{ revokedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }],
    take: 100,
    select: {
      id: true,
      name: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
      revokedAt: true,
      createdBy: { select: { name: true } },
    },
  });
}
