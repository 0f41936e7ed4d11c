import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Run } from "../background/queue.server";
import { pool as connections } from "../database/client.server";
import { log } from "../log.server";
import type { BadRowLine, BadRowsFile } from "./bad-rows.server";
import type { Batch, BatchRow } from "./batches.server";
import { emptyPlan, planRow, type Plan, type SlotIds } from "./plan.server";
import { mostPairs } from "./pairs";
import { RowProblem } from "./problems";
import type { ImportOptions, StoredOptions } from "./schema";
import { loadState, type State } from "./state.server";
import { writePlan } from "./write.server";

type Input = { run: Run; poolId: string; options: StoredOptions; batch: Batch; badRows: BadRowsFile };

const TRIES = 6;
/** Another writer got in between (unique, serialization, deadlock), or the server went away for a moment (classes 08 and 57). */
const AGAIN = /^(23505|40001|40P01|08\d\d\d|57P\d\d)$/;
const BROKEN = /terminated|ECONNREFUSED|ECONNRESET|Connection ended/i;

/** The pool was archived, so it takes nothing more in. */
export class PoolArchived extends Error {}

/**
 * Commits a batch: its rows, its bad rows, and how far the file has been read. All of it, or nothing. Throws
 * PoolArchived when somebody archived the pool since the last batch; both lock the pool, so one of them comes first.
 */
export async function writeBatch(input: Input): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await attempt(input);
      input.badRows.commit();
      return;
    } catch (error) {
      const { code = "", message = "" } = error as { code?: string; message?: string };
      if (tries === TRIES || !(AGAIN.test(code) || BROKEN.test(message) || BROKEN.test(code))) throw error;
      log.warn({ import: input.run.id, tries, error: message }, "A batch of an import is tried again");
      await sleep(100 * 2 ** tries);
    }
  }
}

async function attempt(input: Input): Promise<void> {
  const client = await connections.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    await write(client, input);
    await client.query("COMMIT");
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // A connection whose transaction failed is closed, which rolls it back even when the server no longer answers.
    client.release(broken);
  }
}

async function write(client: pg.ClientBase, { run, poolId, options, batch, badRows }: Input): Promise<void> {
  const rows = batch.items.flatMap((item) => ("row" in item ? item.row : []));
  const state = await loadState(client, poolId, rows, options.people);
  if (state.pool.archivedAt) throw new PoolArchived();
  const plan = emptyPlan();
  const { bad, duplicates } = planAll(state, plan, batch.items, options, await reserve(client, state, batch, options));
  await writePlan(client, state, plan, run.id);
  await badRows.write(bad);
  const { rowCount } = await client.query(
    `UPDATE "ImportRun" SET "rows" = $3, "bytesDone" = $4, "promptsAdded" = "promptsAdded" + $5, "responsesAdded" = "responsesAdded" + $6,
       "comparisonsAdded" = "comparisonsAdded" + $7, "votesAdded" = "votesAdded" + $8, "duplicates" = "duplicates" + $9, "badRows" = "badRows" + $10
     WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence, batch.rows, batch.bytes, plan.prompts.length, plan.responses.length, plan.comparisons.length, plan.votes.length, duplicates, bad.length], // prettier-ignore
  );
  if (rowCount !== 1) throw new Error("Another process goes on with this import");
}

function planAll(state: State, plan: Plan, items: readonly BatchRow[], options: ImportOptions, slotIds: SlotIds) {
  const bad: BadRowLine[] = [];
  let duplicates = 0;
  for (const item of items) {
    const at = { row: item.number, line: item.line };
    if ("bad" in item) {
      bad.push({ ...at, ...item.bad });
      continue;
    }
    try {
      if (!planRow(state, plan, item.row, options, slotIds)) duplicates += 1;
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      bad.push({ ...at, field: error.field, reason: error.reason, source: item.source() });
    }
  }
  return { bad, duplicates };
}

/** Takes ids for as many slots as the batch may make from the sequence, in one go. */
async function reserve(client: pg.ClientBase, state: State, batch: Batch, options: ImportOptions): Promise<SlotIds> {
  const pairs = batch.items.reduce((sum, item) => sum + ("row" in item ? mostPairs(item.row.responses.length, options.pairs) : 0), 0);
  const { rows } = await client.query<{ id: string }>(
    `SELECT nextval(pg_get_serial_sequence('"Slot"', 'id')) AS "id" FROM generate_series(1, $1)`,
    [pairs * state.pool.votesPerComparison],
  );
  const ids = rows.map(({ id }) => id);
  let next = 0;
  return () => {
    const id = ids[next++];
    if (id === undefined) throw new Error("More slots than reserved ids");
    return id;
  };
}
