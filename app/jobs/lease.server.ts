import { env } from "../env.server";
import { db } from "../database/client.server";
import { singleton } from "../singleton.server";

/** When this process last reached the database, and until when it takes no lease for run out; both in milliseconds. */
const platform = singleton("worker leases", () => ({ heard: 0, honoured: 0 }));

/**
 * A platform that was away heard no renewal, so what ran out meanwhile says nothing of the workers. They get one lease to
 * say that they live: a run of many hours is not given to another worker, nor ended, because the server was gone.
 */
export function honourLeases(): void {
  platform.heard = Date.now();
  platform.honoured = platform.heard + env.TIEBREAK_WORKER_LEASE_SECONDS * 1000;
}

/** Whether a lease that ran out counts as run out. */
export const leasesCount = (): boolean => Date.now() >= platform.honoured;

/** Between two looks that nothing delayed, of which there is one every five seconds, is no outage, however short the leases are. */
const NO_OUTAGE_MS = 12_000;

/** Notices an outage of the database by the time since it was last reached; called every few seconds. */
export async function noticeOutage(): Promise<void> {
  await db.$queryRaw`SELECT 1`;
  if (Date.now() - platform.heard > Math.max((env.TIEBREAK_WORKER_LEASE_SECONDS * 1000) / 2, NO_OUTAGE_MS)) honourLeases();
  platform.heard = Date.now();
}
