import { randomUUID } from "node:crypto";
import type { ClaimRequest } from "../../app/contract/jobs";
import { JOB_TYPES } from "../../app/contract/recipes";
import { db } from "../../app/database/client.server";
import { createWorkerToken } from "../../app/workers/commands.server";
import type { WorkerActor } from "../../app/workers/guard.server";
import { createJob } from "../../app/jobs/commands.server";
import type { NewJob } from "../../app/jobs/schema";

/** An admin, a worker token of theirs, and what a claim with it looks like. For tests only. */
export async function makeWorker(name = "lab-1") {
  const admin = await db.user.create({
    data: { email: `${randomUUID()}@example.org`, name: "Ada", role: "admin", pseudonym: randomUUID() },
  });
  const { id: tokenId, token } = await createWorkerToken({ kind: "user", id: admin.id }, { name });
  const caller: WorkerActor = { kind: "token", id: admin.id, tokenId };
  return { admin: { kind: "user" as const, id: admin.id }, caller, token, request: claimOf(name) };
}

export const claimOf = (name: string, waitSeconds = 0): ClaimRequest => ({
  worker: {
    name,
    version: "0.1.0",
    hardware: { device: "cpu", gpus: [], cpus: 2, memoryBytes: 4e9, platform: "Linux", python: "3.12", torch: "2.13.0" },
  },
  types: [...JOB_TYPES],
  serving: null,
  waitSeconds,
});

/** A sampling job needs no more than a pool and a checkpoint, so it serves where the type does not matter. */
export async function makeJob(admin: { kind: "user"; id: string }, changes: Partial<NewJob> = {}) {
  const pool = await db.pool.create({ data: { name: randomUUID() } });
  const model = await db.model.create({ data: { name: `tiny-${randomUUID()}`, kind: "checkpoint", task: "causal", path: "/models/tiny" } });
  return createJob(admin, { name: "sampled", type: "sample", baseModelId: model.id, params: { pool_id: pool.id }, ...changes });
}
