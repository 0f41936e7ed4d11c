import type { ClientBase } from "pg";
import type { Prisma, Transaction } from "../database/client.server";

/** Who does something: a signed-in person, a bearer token, the command line, or the system itself. */
export type Actor =
  | { kind: "user"; id: string }
  | { kind: "token"; id: string; tokenId: string }
  | { kind: "command line"; id: null }
  | { kind: "system"; id: null };

export const SYSTEM: Actor = { kind: "system", id: null };
export const COMMAND_LINE: Actor = { kind: "command line", id: null };

export type AuditRecord = {
  /** noun.verb, such as pool.archive or vote.regrade. */
  action: string;
  subjectType: string;
  subjectId: string;
  detail?: Prisma.InputJsonObject;
};

/** Writes to the audit log. Call it in the transaction of the change itself, so that neither stands without the other. */
export async function audit(tx: Transaction, actor: Actor, record: AuditRecord): Promise<void> {
  await tx.auditEntry.create({ data: { ...record, detail: detailOf(actor, record), actorId: actor.id, actorKind: actor.kind } });
}

/** The same in a transaction below Prisma. */
export async function auditWith(client: ClientBase, actor: Actor, record: AuditRecord): Promise<void> {
  const { action, subjectType, subjectId } = record;
  await client.query(
    `INSERT INTO "AuditEntry" ("actorId", "actorKind", "action", "subjectType", "subjectId", "detail") VALUES ($1, $2, $3, $4, $5, $6)`,
    [actor.id, actor.kind, action, subjectType, subjectId, JSON.stringify(detailOf(actor, record))],
  );
}

const detailOf = (actor: Actor, { detail = {} }: AuditRecord): Prisma.InputJsonObject =>
  actor.kind === "token" ? { ...detail, tokenId: actor.tokenId } : detail;
