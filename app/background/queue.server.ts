import { pool } from "../database/client.server";

/**
 * ImportRun and Release rows are their own queue: status, heartbeat and cancellation stand in the row that people look
 * at, so that nothing has to be kept in step with a second system. docs/decisions/0005-runs-are-their-own-queue.md
 */
export type RunTable = "ImportRun" | "Release";

/** A claimed run. `fence` is its startedAt, which rises with every claim: whoever holds an older one has lost the run. */
export type Run = { id: string; fence: Date };
/** `takeovers` counts how often a process took the run from one that had died, this time included. */
export type ClaimedRun = Run & { cancelled: boolean; takeovers: number };

/** A process that has not been heard of for this long is taken for dead, and its run may be claimed again. */
export const STALE_SECONDS = 15;

type Claimed = { id: string; startedAt: Date; cancelRequestedAt: Date | null; takeovers: number };

const START = `"status" = 'running', "error" = NULL, "finishedAt" = NULL, "heartbeatAt" = clock_timestamp(),
  "takeovers" = "takeovers" + ("status" = 'running')::int,
  "startedAt" = GREATEST(clock_timestamp(), "startedAt" + interval '1 millisecond')`;
const FREE = `("status" = 'queued' OR "status" = 'running' AND "heartbeatAt" < clock_timestamp() - make_interval(secs => ${STALE_SECONDS}))`;

/** Claims the oldest run that waits or whose process died; two processes never get the same one. */
export async function claimRun(table: RunTable): Promise<ClaimedRun | undefined> {
  return await claimWhere(table, FREE, []);
}

/** Claims one run by its id. Undefined when another process works on it, or it is finished. */
export async function claimRunById(table: RunTable, id: string): Promise<ClaimedRun | undefined> {
  return await claimWhere(table, `"id" = $1 AND ${FREE}`, [id]);
}

async function claimWhere(table: RunTable, where: string, values: string[]): Promise<ClaimedRun | undefined> {
  const { rows } = await pool.query<Claimed>(
    `UPDATE "${table}" SET ${START} WHERE "id" =
       (SELECT "id" FROM "${table}" WHERE ${where} ORDER BY "createdAt", "id" LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING "id", "startedAt", "cancelRequestedAt", "takeovers"`,
    values,
  );
  const row = rows[0];
  return row && { id: row.id, fence: row.startedAt, cancelled: row.cancelRequestedAt !== null, takeovers: row.takeovers };
}

/** Says that the run is being worked on, and how far it is. Answers whether to go on. */
export async function beat(table: RunTable, run: Run, progress: Record<string, number>): Promise<"go on" | "cancel" | "lost"> {
  const columns = Object.keys(progress);
  const sets = columns.map((column, index) => `${quoted(column)} = $${index + 3}`);
  const { rows } = await pool.query<{ cancelRequestedAt: Date | null }>(
    `UPDATE "${table}" SET ${[`"heartbeatAt" = clock_timestamp()`, ...sets].join(", ")}
     WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running' RETURNING "cancelRequestedAt"`,
    [run.id, run.fence, ...columns.map((column) => progress[column])],
  );
  if (!rows[0]) return "lost";
  return rows[0].cancelRequestedAt ? "cancel" : "go on";
}

function quoted(column: string): string {
  if (!/^[a-z]+$/i.test(column)) throw new Error(`"${column}" is not a column`);
  return `"${column}"`;
}

/** Ends the run, if it is still ours. */
export async function settle(
  table: RunTable,
  run: Run,
  status: "done" | "failed" | "cancelled",
  error: string | null = null,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "${table}" SET "status" = $3::"RunStatus", "error" = $4, "finishedAt" = clock_timestamp(), "heartbeatAt" = NULL
     WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence, status, error],
  );
  return rowCount === 1;
}

/** Hands the run back, so that the next process goes on with it at once. */
export async function requeue(table: RunTable, run: Run): Promise<void> {
  await pool.query(
    `UPDATE "${table}" SET "status" = 'queued', "heartbeatAt" = NULL WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence],
  );
}

/**
 * Asks a run to stop. One that waits is cancelled at once; one that is being worked on stops at its next heartbeat.
 * Answers what became of it: undefined when it does not exist.
 */
export async function requestCancel(table: RunTable, id: string): Promise<"cancelled" | "asked" | "finished" | undefined> {
  const { rows } = await pool.query<{ status: string }>(
    `UPDATE "${table}" SET "cancelRequestedAt" = COALESCE("cancelRequestedAt", clock_timestamp()),
       "status" = CASE WHEN "status" = 'queued' THEN 'cancelled'::"RunStatus" ELSE "status" END,
       "finishedAt" = CASE WHEN "status" = 'queued' THEN clock_timestamp() ELSE "finishedAt" END
     WHERE "id" = $1 AND "status" IN ('queued', 'running') RETURNING "status"::text`,
    [id],
  );
  if (rows[0]) return rows[0].status === "cancelled" ? "cancelled" : "asked";
  const { rowCount } = await pool.query(`SELECT 1 FROM "${table}" WHERE "id" = $1`, [id]);
  return rowCount ? "finished" : undefined;
}
