import { repeat } from "../background/repeat.server";
import { db } from "../database/client.server";
import { sweepExpired } from "./queue.server";

const EVERY_MS = 1000;
const BATCH = 500;

/** Opens every slot whose lease has run out. Returns how many there were. */
export async function sweepOnce(): Promise<number> {
  for (let total = 0; ;) {
    const opened = await db.$transaction((tx) => sweepExpired(tx, BATCH));
    total += opened;
    if (opened < BATCH) return total;
  }
}

/** Sweeps every second. Each web process does; they never wait for one another, because they pass over each other's rows. */
export const startLeaseSweep = () => repeat("lease sweep", EVERY_MS, sweepOnce);
