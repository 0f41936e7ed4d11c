import { beforeEach, describe, expect, it, vi } from "vitest";
import { jsonl, queueImport } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { archivePool, createPool, restorePool } from "../pools/commands.server";
import { BatchWriter } from "./batch.server";
import { retryImport } from "./commands.server";
import { run as commandLine } from "./command-line.server";
import { runImportHere } from "./run.server";

/** Done once, when the first batch of the next import is committed. */
let afterFirstBatch: (() => Promise<void>) | undefined;
const write = Reflect.get(BatchWriter.prototype, "write");
vi.spyOn(BatchWriter.prototype, "write").mockImplementation(async function (this: BatchWriter, batch) {
  await write.call(this, batch);
  const then = afterFirstBatch;
  afterFirstBatch = undefined;
  await then?.();
});

const BATCH = 1000;
const ROWS = 2 * BATCH + 1;
const file = jsonl(Array.from({ length: ROWS }, (_, index) => ({ prompt: `Question ${index}` })));
const never = new AbortController().signal;
const read = (id: string) => db.importRun.findUniqueOrThrow({ where: { id } });
const prompts = () => db.prompt.count({ where: { poolId } });

let poolId: string;
let pools = 0;
const name = () => `Pool ${pools}`;
beforeEach(async () => {
  pools += 1;
  poolId = (await createPool(COMMAND_LINE, { name: name() })).id;
});

describe("a pool that is archived", () => {
  it("stops the import that runs into it, which says what it has done and goes on once the pool is restored", async () => {
    const { id } = await queueImport(poolId, file);
    afterFirstBatch = () => archivePool(COMMAND_LINE, poolId);
    expect(await runImportHere(id, never)).toBe("failed");
    expect(await prompts()).toBe(BATCH);
    expect((await read(id)).error).toBe(
      `The pool "${name()}" is archived, so this import stopped. 1,000 rows were read and 1,000 prompts, 0 responses, ` +
        "0 comparisons, 0 votes added, which stay. To go on, restore the pool, then try this import again or import the same " +
        "file again: what is there already is skipped.",
    );
    await restorePool(COMMAND_LINE, poolId);
    await retryImport(COMMAND_LINE, id);
    expect(await runImportHere(id, never)).toBe("done");
    expect(await read(id)).toMatchObject({ rows: ROWS, promptsAdded: ROWS, duplicates: 0, error: null });
    expect(await prompts()).toBe(ROWS);
  });

  it("stops one that waits, whether it has begun or not", async () => {
    const [begun, fresh] = [await queueImport(poolId, file), await queueImport(poolId, file)];
    await db.importRun.update({ where: { id: begun.id }, data: { rows: BATCH, promptsAdded: BATCH } });
    await archivePool(COMMAND_LINE, poolId);
    expect(await runImportHere(begun.id, never)).toBe("failed");
    expect(await runImportHere(fresh.id, never)).toBe("failed");
    expect((await read(begun.id)).error).toContain("1,000 rows were read and 1,000 prompts");
    expect((await read(fresh.id)).error).toContain("Nothing was imported. To go on, restore the pool");
    expect(await prompts()).toBe(0);
  });

  it("is refused on the command line before the file is looked at", async () => {
    await archivePool(COMMAND_LINE, poolId);
    const input = { values: { pool: name() }, positionals: ["package.json"], signal: AbortSignal.abort(), print: () => undefined };
    await expect(commandLine(input)).rejects.toThrow(`The pool "${name()}" is archived. Restore it before importing.`);
    expect(await db.importRun.count({ where: { poolId } })).toBe(0);
  });
});
