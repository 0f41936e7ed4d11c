import { access, mkdir, utimes } from "node:fs/promises";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { jsonl, queueImport } from "../../tests/support/imports";
import { COMMAND_LINE } from "../audit/commands.server";
import { db } from "../database/client.server";
import { sourcePath } from "../import/files.server";
import { createPool } from "../pools/commands.server";
import { releasesFolder } from "../releases/work.server";
import { startBackground } from "./background.server";

const HOUR_MS = 3_600_000;
const there = (file: string) => access(file).then(() => true, () => false); // prettier-ignore

it("removes what imports and releases left behind, every hour", async () => {
  const { id: poolId } = await createPool(COMMAND_LINE, { name: "Hourly" });
  const { id } = await queueImport(poolId, jsonl([{ prompt: "P" }]));
  await db.importRun.update({ where: { id }, data: { status: "cancelled" } });
  const making = path.join(releasesFolder(), ".making-7-left");
  await mkdir(making, { recursive: true });
  const old = new Date(Date.now() - 25 * HOUR_MS);
  await utimes(making, old, old);

  const timers = vi.spyOn(globalThis, "setTimeout");
  const background = await startBackground();
  const hourly = timers.mock.calls.filter(([, ms]) => ms === HOUR_MS).map(([turn]) => turn as () => Promise<void>);
  timers.mockRestore();
  await background.stop();
  await Promise.all(hourly.map((turn) => turn()));
  expect([await there(sourcePath(id)), await there(making)]).toEqual([false, false]);
});
