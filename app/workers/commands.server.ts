import { audit, type Actor } from "../audit/commands.server";
import { hashToken, newToken } from "../auth/tokens.server";
import { PROTOCOL, type ClaimRequest, type Serving } from "../contract/jobs";
import { db, type Transaction } from "../database/client.server";
import { notFound, UserError } from "../errors";
import { endpointUrl } from "../models/address.server";
import { sealSecret } from "../secrets.server";
import { expiryDate, type Expiry } from "../tokens/schema";
import type { StoredServing } from "./schema";

/**
 * Records a worker that came to claim: what it is, what it runs on, what it serves. One row per token and name. Throws
 * UserError for a backend at an address that the platform never asks, before the worker is given a job.
 */
export async function saveWorker({ tokenId }: { tokenId: string }, { worker, serving }: ClaimRequest): Promise<string> {
  const wrong = serving && refusal(serving.url);
  if (serving && wrong)
    throw new UserError(`No models are asked for at ${serving.url}: ${wrong} Start the worker with another --serve-url.`, 422, "serving");
  const facts = { protocolVersion: PROTOCOL, version: worker.version, hardware: worker.hardware, ...(await servingColumns(serving)) };
  const { id } = await db.worker.upsert({
    where: { tokenId_name: { tokenId, name: worker.name } },
    create: { tokenId, name: worker.name, ...facts },
    update: { ...facts, lastSeenAt: new Date() },
    select: { id: true },
  });
  await db.worker.deleteMany({ where: { tokenId, version: "", jobs: { none: {} } } });
  return id;
}

/**
 * Records that a worker of another protocol version called, for the list of workers to say so: on its own machine perhaps
 * nobody looks. One that never got in has no name here yet, and stands under its token's until it does.
 */
export async function noteOtherProtocol({ tokenId }: { tokenId: string }, protocolVersion: number): Promise<void> {
  const seen = { protocolVersion, lastSeenAt: new Date() };
  const { count } = await db.worker.updateMany({ where: { tokenId }, data: seen });
  if (count > 0) return;
  const { name } = await db.apiToken.findUniqueOrThrow({ where: { id: tokenId }, select: { name: true } });
  await db.worker.create({ data: { name, tokenId, version: "", hardware: {}, ...seen } });
}

/**
 * Records that a worker is alive, and what its inference backend says of itself. One at an address that is never asked is
 * left out: the job goes on, and the next claim says why.
 */
export async function saveServing(tx: Transaction, workerId: string, serving: Serving | null): Promise<void> {
  const columns = await servingColumns(serving && refusal(serving.url) === undefined ? serving : null);
  await tx.worker.update({ where: { id: workerId }, data: { lastSeenAt: new Date(), ...columns } });
}

/** Why a worker's address is against the rules for endpoints. docs/decisions/0131-where-endpoints-may-be.md */
function refusal(url: string): string | undefined {
  try {
    endpointUrl(url);
  } catch (error) {
    return (error as Error).message;
  }
}

async function servingColumns(serving: Serving | null) {
  if (!serving) return { servingUrl: null, serving: {} };
  const { url, key, ...rest } = serving;
  const stored: StoredServing = { ...rest, sealedKey: await sealSecret(key, url) };
  return { servingUrl: url, serving: stored };
}

/** Makes a worker token. The text is returned once and cannot be shown again; only its hash is kept. */
export async function createWorkerToken(
  actor: Actor,
  { name, expires = "never" }: { name: string; expires?: Expiry },
): Promise<{ id: string; token: string }> {
  const createdById = actor.id ?? (await firstAdmin());
  const token = newToken("tbw");
  const { id } = await db.$transaction(async (tx) => {
    const row = await tx.apiToken.create({
      data: { name, tokenHash: hashToken(token), scopes: ["worker"], expiresAt: expiryDate(expires), createdById },
    });
    await audit(tx, actor, {
      action: "token.create",
      subjectType: "token",
      subjectId: row.id,
      detail: { name, scopes: ["worker"], expires },
    });
    return row;
  });
  return { id, token };
}

/** A token belongs to a person; one made at the command line belongs to the first admin. */
async function firstAdmin(): Promise<string> {
  const admin = await db.user.findFirst({
    where: { role: "admin", deactivatedAt: null },
    orderBy: { createdAt: "asc" },
    select: { id: true },
  });
  if (!admin) throw new UserError("There is no admin account yet to own the token. Open the platform in a browser and make the first one.");
  return admin.id;
}

/**
 * From now on every call with the token is answered 401; a worker that runs with it stops its job and says why. The job
 * goes back into the queue at once, without costing an attempt.
 */
export async function revokeWorkerToken(actor: Actor, tokenId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.apiToken.updateMany({
      where: { id: tokenId, scopes: { has: "worker" }, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (count === 0) throw notFound("This token");
    const worker = { tokenId };
    await tx.job.updateMany({
      where: { status: "running", worker },
      data: { status: "queued", workerId: null, leaseExpiresAt: null, attempts: { decrement: 1 }, phase: "its worker's token was revoked" },
    });
    await tx.job.updateMany({
      where: { status: "cancelling", worker },
      data: { status: "cancelled", leaseExpiresAt: null, finishedAt: new Date() },
    });
    await audit(tx, actor, { action: "token.revoke", subjectType: "token", subjectId: tokenId });
  });
}
