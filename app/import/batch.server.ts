import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ChildContext } from "../background/child";
import type { Run } from "../background/queue.server";
import { connect, type Connection } from "../database/connection.server";
import type { BadRowLine, BadRowsFile } from "./bad-rows.server";
import { pairsOf, type Batch, type BatchRow } from "./batches.server";
import { newAliases, type PlannedAlias } from "./facts.server";
import { emptyPlan, planRow, type Plan } from "./plan.server";
import type { PreparedRow } from "./prepare.server";
import { RowProblem } from "./problems";
import { emptyReading, join, note, type FileReading } from "./reading";
import type { ImportOptions, StoredOptions } from "./schema";
import { reserveSlots, type SlotIds } from "./slot-ids.server";
import { loadState, type State } from "./state.server";
import { writeAliases, writePlan } from "./write.server";

type Target = { run: Run; poolId: string; options: StoredOptions; databaseUrl: string };
type Input = Target & { batch: Batch; badRows: BadRowsFile };

const TRIES = 6;
/** Another writer got in between (unique, serialization, deadlock), or the server went away for a moment (classes 08 and 57). */
const AGAIN = /^(23505|40001|40P01|08\d\d\d|57P\d\d)$/;
const BROKEN = /terminated|ECONNREFUSED|ECONNRESET|Connection ended/i;

/** The pool was archived, so it takes nothing more in. */
export class PoolArchived extends Error {
  static readonly CODE = "pool_archived";
  /** Tells it apart on the other side of a process, too. */
  readonly code = PoolArchived.CODE;
}

/** Commits the batches of one import over one connection, which is opened anew when it breaks. */
export class BatchWriter {
  private connection: Connection | undefined;

  constructor(
    private readonly target: Target,
    private readonly badRows: BadRowsFile,
    private readonly context: Pick<ChildContext, "signal" | "warn">,
  ) {}

  /**
   * Commits a batch: its rows, its bad rows, and how far the file has been read. All of it, or nothing. Throws
   * PoolArchived when somebody archived the pool since the last batch; both lock the pool, so one of them comes first.
   */
  async write(batch: Batch): Promise<void> {
    await this.inTransaction((client) => write(client, { ...this.target, batch, badRows: this.badRows }));
    this.badRows.commit();
  }

  /** Commits what adds comparisons alone, and counts them. */
  async commit(add: (client: pg.ClientBase) => Promise<number>): Promise<void> {
    await this.inTransaction(async (client) => await count(client, this.target.run, await add(client)));
  }

  async read<Result>(query: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    return await this.inTransaction(query);
  }

  private async inTransaction<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        const { code = "", message = "" } = error as { code?: string; message?: string };
        if (tries === TRIES || !(AGAIN.test(code) || BROKEN.test(message) || BROKEN.test(code))) throw error;
        this.context.warn({ import: this.target.run.id, tries, error: message }, "A batch of an import is tried again");
        await sleep(100 * 2 ** tries);
      }
    }
  }

  async close(): Promise<void> {
    await this.connection?.end();
    this.connection = undefined;
  }

  private async attempt<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    const { client, failure } = (this.connection ??= await connect(this.target.databaseUrl, "import", this.context));
    try {
      await client.query("BEGIN");
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // Closing the connection rolls its transaction back even when the server no longer answers.
      await this.close();
      throw failure(error);
    }
  }
}

async function count(client: pg.ClientBase, run: Run, comparisons: number): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE "ImportRun" SET "comparisonsAdded" = "comparisonsAdded" + $3 WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence, comparisons],
  );
  if (rowCount !== 1) throw new Error("Another process continues this import");
}

async function write(client: pg.ClientBase, { run, poolId, options, batch, badRows }: Input): Promise<void> {
  const rows = batch.items.flatMap((item) => ("rows" in item ? item.rows : []));
  const state = await loadState(client, { importId: run.id, poolId, options }, rows);
  if (state.pool.archivedAt) throw new PoolArchived();
  const plan = emptyPlan();
  const planned = planAll(state, plan, batch.items, options, await reserveSlots(client, slotsOf(batch, state, options)));
  const { bad } = planned;
  const aliases = await newAliases(client, planned.aliases);
  const duplicates = planned.rest.filter((keys) => !keys.some((key) => aliases.has(key))).length;
  await writePlan(client, state, plan, run.id);
  await writeAliases(client, [...aliases.values()], run.id);
  await badRows.write(bad);
  const reading = await readingWith(client, run.id, batch);
  const { rowCount } = await client.query(
    `UPDATE "ImportRun" SET "rows" = $3, "bytesDone" = $4, "promptsAdded" = "promptsAdded" + $5, "responsesAdded" = "responsesAdded" + $6,
       "comparisonsAdded" = "comparisonsAdded" + $7, "votesAdded" = "votesAdded" + $8, "duplicates" = "duplicates" + $9, "badRows" = "badRows" + $10, "reading" = $11
     WHERE "id" = $1 AND "startedAt" = $2 AND "status" = 'running'`,
    [run.id, run.fence, batch.rows, batch.bytes, plan.prompts.length, plan.responses.length, plan.comparisons.length, plan.votes.length, duplicates, bad.length, JSON.stringify(reading)], // prettier-ignore
  );
  if (rowCount !== 1) throw new Error("Another process continues this import");
}

/** In which forms the file was read, this batch included. */
async function readingWith(client: pg.ClientBase, id: string, { items }: Batch): Promise<FileReading> {
  const { rows } = await client.query<{ reading: Partial<FileReading> }>(`SELECT "reading" FROM "ImportRun" WHERE "id" = $1`, [id]);
  const found = emptyReading();
  for (const item of items) if ("rows" in item) note(found, item);
  return join(rows[0]?.reading ?? {}, found);
}

/** No more than so many slots come of a batch. */
const slotsOf = ({ items }: Batch, { pool }: State, options: ImportOptions) =>
  pool.votesPerComparison * items.reduce((sum, item) => sum + ("rows" in item ? pairsOf(item.rows, options) : 0), 0);

/**
 * Plans the rows of a batch. `aliases` may be stored already; `rest` has the keys of theirs for each row that adds nothing
 * else, and none of whose votes was refused.
 */
function planAll(state: State, plan: Plan, items: readonly BatchRow[], options: ImportOptions, slotIds: SlotIds) {
  const bad: BadRowLine[] = [];
  const aliases: PlannedAlias[] = [];
  const rest: string[][] = [];
  for (const item of items) {
    const at = { row: item.number, line: item.line };
    if ("bad" in item) {
      bad.push({ ...at, ...item.bad });
      continue;
    }
    const planned = planRows(state, plan, item.rows, options, slotIds);
    const source = planned.problems.length > 0 ? item.source() : "";
    for (const problem of planned.problems) bad.push({ ...at, ...problem, source });
    if (!planned.added && planned.problems.length === 0) rest.push(planned.aliases.map(({ key }) => key));
    for (const one of planned.aliases) aliases.push(one);
  }
  return { bad, aliases, rest };
}

/** The rows of one record. One that contradicts what is there costs no other; the first of them is reported. */
function planRows(state: State, plan: Plan, rows: readonly PreparedRow[], options: ImportOptions, slotIds: SlotIds) {
  const problems: { field: string; reason: string }[] = [];
  const aliases: PlannedAlias[] = [];
  let added = false;
  let refused = false;
  for (const row of rows) {
    try {
      const planned = planRow(state, plan, row, options, slotIds);
      added ||= planned.added;
      problems.push(...planned.badVotes);
      for (const one of planned.aliases) aliases.push(one);
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      if (!refused) problems.push({ field: error.field, reason: error.reason });
      refused = true;
    }
  }
  return { problems, aliases, added };
}
