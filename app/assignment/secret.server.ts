import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { db } from "../database/client.server";
import { UserError } from "../errors";

const KEY = "assignment.secret";
let loaded: Promise<Buffer> | undefined;

/**
 * This instance's seed for shuffling sides and signing leases: 32 random bytes, made once, kept in the database so that
 * each web process uses the same one and a backup keeps the sides as they were. Never leaves the server.
 */
async function secret(): Promise<Buffer> {
  loaded ??= read().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return await loaded;
}

async function read(): Promise<Buffer> {
  await db.setting.createMany({ data: [{ key: KEY, value: randomBytes(32).toString("base64") }], skipDuplicates: true });
  const { value } = await db.setting.findUniqueOrThrow({ where: { key: KEY } });
  return Buffer.from(String(value), "base64");
}

const mac = async (text: string) =>
  createHmac("sha256", await secret())
    .update(text)
    .digest();

/** The key that hides when comparisons were made; see app/annotate/pair-ids.server.ts. */
export const pairIdKey = (): Promise<Buffer> => mac("pair ids");

export type Side = 0 | 1;

/** Which response stands on the left for this annotator: fair, fixed, and not to be guessed without the secret. */
export async function leftSideFor(comparisonId: string, annotatorId: string): Promise<Side> {
  return ((await mac(`side:${comparisonId}:${annotatorId}`)).readUInt8(0) & 1) === 0 ? 0 : 1;
}

/**
 * The lease as the browser holds it: its id and a signature over it, the comparison and the annotator. The slot forgets
 * its lease when that expires; the signature still proves that this person was given this pair, so a late answer can be
 * told from an answer to somebody else's.
 */
export async function signLease(leaseId: string, comparisonId: string, annotatorId: string): Promise<string> {
  const signature = await mac(`lease:${leaseId}:${comparisonId}:${annotatorId}`);
  return `${leaseId}.${signature.subarray(0, 16).toString("base64url")}`;
}

/** The lease's id. Throws 403 when the server never gave this pair to this annotator under it. */
export async function verifyLease(token: string, comparisonId: string, annotatorId: string): Promise<string> {
  const [leaseId = ""] = token.split(".", 1);
  const expected = Buffer.from(await signLease(leaseId, comparisonId, annotatorId));
  const given = Buffer.from(token);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return leaseId;
  throw new UserError("This pair was not given to you. Load the next one from the workbench.", 403, "leaseId");
}
