import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { answerTo, claim, claimOne, draftOf, makeAnnotator, makePool, slotsOf } from "../../tests/support/annotation";
import { databaseUrl, db } from "../database/client.server";
import { saveDraft } from "../drafts/commands.server";
import { submitVote } from "../votes/submit.server";
import { sweepOnce } from "./sweep.server";

/** A connection beside the application's pool, as an administrator or a crash would come from. */
async function outside<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl(), application_name: "outside" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const killBackends = (client: pg.Client, which: string) =>
  client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tiebreak' AND ${which}`,
  );

async function killWhenWaiting(client: pg.Client): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const { rowCount } = await killBackends(client, "wait_event_type = 'Lock'");
    if (rowCount) return;
    await sleep(20);
  }
  throw new Error("No statement came to wait on the lock");
}

/** Again and again, as a browser does after a failure that is not a refusal. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > 50) throw error;
      await sleep(10);
    }
  }
}

describe("a database connection that is killed", () => {
  it("in the middle of a submission leaves nothing half done; the same submission again is one vote", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    const pair = await claimOne(ann.id, { poolId: pool.id });
    await saveDraft(ann.id, {
      tab: "some-tab",
      comparisonId: pair.comparisonId,
      leaseId: pair.leaseId,
      baseVersion: 0,
      content: draftOf({ comment: "kept" }),
    });
    const input = answerTo(pair, { draftVersion: 1 });
    await outside(async (client) => {
      await client.query('BEGIN; LOCK TABLE "AuditEntry" IN ACCESS EXCLUSIVE MODE');
      const submitting = submitVote(ann, input);
      const failed = expect(submitting).rejects.toThrow();
      await killWhenWaiting(client);
      await failed;
      await client.query("ROLLBACK");
    });
    expect(await db.vote.count({ where: { comparisonId: pair.comparisonId } })).toBe(0);
    expect(await slotsOf(pair.comparisonId)).toMatchObject([{ state: "leased", annotatorId: ann.id }]);
    expect(await db.draft.findFirst({ where: { annotatorId: ann.id } })).toMatchObject({ content: { comment: "kept" } });
    expect(await insist(() => submitVote(ann, input))).toMatchObject({ status: "counted", revision: 1 });
    expect(await submitVote(ann, input)).toMatchObject({ status: "counted", revision: 1 });
  });

  it("in the middle of a claim leaves the slot open, and the same tab gets it with its next claim", async () => {
    const pool = await makePool();
    const ann = await makeAnnotator();
    // Connections that the test before killed leave the pool when they are used; a claim must not meet one here.
    await Promise.all(Array.from({ length: 30 }, () => insist(() => db.$queryRaw`SELECT pg_sleep(0.1)::text`)));
    await outside(async (client) => {
      await client.query('BEGIN; LOCK TABLE "PoolCursor" IN EXCLUSIVE MODE');
      const failed = expect(claim(ann.id, { poolId: pool.id })).rejects.toThrow();
      await killWhenWaiting(client);
      await failed;
      await client.query("ROLLBACK");
    });
    expect(await slotsOf(pool.comparisons[0] ?? "")).toMatchObject([{ state: "open", annotatorId: null }]);
    expect((await insist(() => claimOne(ann.id, { poolId: pool.id }))).comparisonId).toBe(pool.comparisons[0]);
  });

  it("again and again under many annotators: every comparison ends with exactly its votes", async () => {
    const pool = await makePool({ comparisons: 40, votes: 3 });
    const people = await Promise.all(Array.from({ length: 8 }, () => makeAnnotator()));
    const accepted = new Set<string>();
    let working = people.length;
    const work = async (person: (typeof people)[number]) => {
      for (;;) {
        const { pairs, status } = await insist(() => claim(person.id, { poolId: pool.id, count: 2 }));
        if (status === "finished") break;
        for (const pair of pairs) {
          const input = answerTo(pair);
          accepted.add((await insist(() => submitVote(person, input))).voteId);
        }
        if (pairs.length === 0) await sleep(100);
      }
      working -= 1;
    };
    const crashes = outside(async (client) => {
      let killed = 0;
      while (working > 0) {
        killed += (await killBackends(client, "state <> 'idle' AND random() < 0.3")).rowCount ?? 0;
        await insist(sweepOnce);
        await sleep(100);
      }
      return killed;
    });
    await Promise.all(people.map(work));
    expect(await crashes).toBeGreaterThan(0);
    const votes = await db.vote.findMany({ where: { comparison: { poolId: pool.id } } });
    expect(votes.filter((vote) => vote.status === "counted")).toHaveLength(120);
    expect(new Set(votes.map((vote) => vote.id))).toEqual(accepted);
    expect(await db.slot.count({ where: { poolId: pool.id, state: { not: "done" } } })).toBe(0);
  }, 120_000);
});
