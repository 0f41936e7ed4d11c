import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ClaimResponse, Pair, VoteResponse } from "../../app/annotate/schema";
import { addPeople, fillPool, withBenchDatabase } from "./support/database";
import { option, printTable } from "./support/figures";
import { WebProcess, send } from "./support/servers";

const VOTES = 3;
const LEASE_SECONDS = 10;
/** Of a hundred pairs: closed without a word, and answered only after the lease ran out. */
const ABANDONED = 1;
const LATE = 1;

type Person = { id: string; cookie: string };
type Tally = {
  leases: number;
  abandoned: number;
  late: number;
  retries: number;
  errors: number;
  kills: number;
  extras: number;
  accepted: Set<string>;
};

/**
 * Many annotators against several web processes that are killed and started again all the while, over HTTP. Ends when
 * every slot is filled, and counts votes too many, slots left behind, and accepted votes that are not in the database.
 * Usage: npm run bench -- claims-stress [--claims 100000] [--clients 200] [--processes 3] [--kill-every 10]
 */
export async function bench(args: string[]): Promise<void> {
  const claims = option(args, "claims", 100_000);
  const clients = option(args, "clients", 200);
  const processes = option(args, "processes", 3);
  const killEvery = option(args, "kill-every", 10) * 1000;
  await withBenchDatabase(async (url) => {
    const { withClient } = await import("../support/database-server");
    await withClient(url, async (client) => {
      const poolId = await fillPool(client, "stress", Math.ceil(claims / VOTES), VOTES);
      const people = await addPeople(client, clients);
      const settings = { DATABASE_URL: url, TIEBREAK_LEASE_SECONDS: String(LEASE_SECONDS) };
      const servers = Array.from({ length: processes }, () => new WebProcess(settings));
      try {
        await Promise.all(servers.map((server) => server.start()));
        const { tally, seconds } = await stress(people, servers, killEvery);
        await verdict(client, poolId, tally, seconds);
      } finally {
        await Promise.all(servers.map((server) => server.end("SIGTERM")));
      }
    });
  });
}

async function stress(people: Person[], servers: WebProcess[], killEvery: number): Promise<{ tally: Tally; seconds: number }> {
  const tally: Tally = { leases: 0, abandoned: 0, late: 0, retries: 0, errors: 0, kills: 0, extras: 0, accepted: new Set() };
  const state = { done: false };
  const started = performance.now();
  const beside = [killAndRestart(servers, killEvery, state, tally), report(state, tally)];
  await Promise.all(people.map((person) => work(person, servers, tally)));
  const seconds = (performance.now() - started) / 1000;
  state.done = true;
  await Promise.all(beside);
  return { tally, seconds };
}

async function killAndRestart(servers: WebProcess[], every: number, state: { done: boolean }, tally: Tally): Promise<void> {
  for (let next = Date.now() + every; !state.done; await sleep(100)) {
    if (Date.now() < next) continue;
    const victim = servers[Math.floor(Math.random() * servers.length)];
    await victim?.end("SIGKILL");
    tally.kills += 1;
    await victim?.start();
    next = Date.now() + every * (0.5 + Math.random());
  }
}

async function report(state: { done: boolean }, tally: Tally): Promise<void> {
  for (let next = Date.now() + 20_000; !state.done; await sleep(200)) {
    if (Date.now() < next) continue;
    console.log(
      `${tally.accepted.size} votes, ${tally.kills} kills, ${tally.retries} requests sent again, ${tally.errors} of them after an error of the server`,
    );
    next = Date.now() + 20_000;
  }
}

/** One annotator: claims four pairs, answers them, and goes on until nothing is left. */
async function work(person: Person, servers: WebProcess[], tally: Tally): Promise<void> {
  let tab = randomUUID();
  for (;;) {
    const answer = await insist<ClaimResponse>(person, servers, "/annotate/claim", { tab, count: 4 }, tally);
    if (answer.status === "finished") return;
    if (answer.pairs.length === 0) await sleep(answer.retryAfterMs ?? 1000);
    tally.leases += answer.pairs.length;
    for (const pair of answer.pairs) {
      const dice = Math.random() * 100;
      if (dice < ABANDONED) {
        tally.abandoned += 1;
        tab = randomUUID();
        continue;
      }
      if (dice < ABANDONED + LATE) {
        tally.late += 1;
        await sleep((LEASE_SECONDS + 2) * 1000);
      }
      await vote(person, servers, tab, pair, tally);
    }
  }
}

async function vote(person: Person, servers: WebProcess[], tab: string, pair: Pair, tally: Tally): Promise<void> {
  const { comparisonId, leaseId, pool } = pair;
  const body = {
    ...{ tab, comparisonId, leaseId, idempotencyKey: randomUUID(), guidelineVersion: pool.guidelineVersion, draftVersion: 0 },
    ...{ choice: Math.random() < 0.5 ? "left" : "right", strength: "better", activeMs: 10 },
  };
  const { voteId, status } = await insist<VoteResponse>(person, servers, "/annotate/vote", body, tally);
  if (status === "extra") tally.extras += 1;
  tally.accepted.add(voteId);
}

/** Sends a request to any process that is up, again and again until one answers it in full. A refusal is a failure. */
async function insist<T>(person: Person, servers: WebProcess[], path: string, body: object, tally: Tally): Promise<T> {
  for (;;) {
    const server = servers[Math.floor(Math.random() * servers.length)];
    const reply = server?.port ? await send(server.port, path, person.cookie, body).catch(() => undefined) : undefined;
    if (reply?.status === 200) return JSON.parse(reply.body) as T;
    if (reply && reply.status < 500) throw new Error(`${path} was answered ${reply.status}: ${reply.body}`);
    tally.retries += 1;
    if (reply) tally.errors += 1;
    await sleep(50 + Math.random() * 100);
  }
}

async function verdict(client: pg.Client, poolId: string, tally: Tally, seconds: number): Promise<void> {
  const { rows } = await client.query<{ counted: string; over: string; stranded: string; extra: string }>(
    `SELECT (SELECT count(*) FROM "Vote" WHERE "status" = 'counted') AS "counted",
      (SELECT count(*) FROM "Vote" WHERE "status" = 'extra') AS "extra",
      (SELECT count(*) FROM (SELECT c."id" FROM "Comparison" c JOIN "Vote" v ON v."comparisonId" = c."id" AND v."status" = 'counted'
        WHERE c."poolId" = $1 GROUP BY c."id" HAVING count(*) > c."votesRequired") o) AS "over",
      (SELECT count(*) FROM "Slot" WHERE "poolId" = $1 AND "state" <> 'done') AS "stranded"`,
    [poolId],
  );
  const { rows: kept } = await client.query<{ id: string }>('SELECT v."id" FROM "Vote" v JOIN "VoteRevision" r ON r."id" = v."currentId"');
  const found = new Set(kept.map(({ id }) => id));
  const lost = [...tally.accepted].filter((id) => !found.has(id)).length;
  const [row] = rows;
  printTable(
    [
      "leases given",
      "counted votes",
      "extra votes",
      "over-assigned",
      "stranded",
      "lost",
      "kills",
      "sent again",
      "after a 5xx",
      "abandoned",
      "late",
      "seconds",
    ],
    [
      [
        ...[
          tally.leases,
          row?.counted,
          row?.extra,
          row?.over,
          row?.stranded,
          lost,
          tally.kills,
          tally.retries,
          tally.errors,
          tally.abandoned,
          tally.late,
        ].map(String),
        seconds.toFixed(0),
      ],
    ],
  );
  if (row?.over !== "0" || row.stranded !== "0" || lost > 0) throw new Error("Slots were over-assigned, left behind, or votes were lost");
}
