import type { Transaction } from "../database/client.server";

/** The name itself, or with the first free number behind it. Call it in the transaction that takes the name. */
export async function freeName(tx: Transaction, wanted: string): Promise<string> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(7253010)`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!(await tx.model.findUnique({ where: { name }, select: { id: true } }))) return name;
  }
}
