import Result from "pg/lib/result.js";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { oneOfEach } from "../../tests/browser/ids";
import { type Expected, type Ids, ROUTES, routeFiles } from "../../tests/browser/route-table";
import { enlarge } from "../../tests/support/large";
import { person } from "../../tests/support/person";
import { pruneArtifacts } from "../artifacts/store.server";
import { sweepOnce } from "../assignment/sweep.server";
import { COMMAND_LINE } from "../audit/commands.server";
import type { SCOPES } from "../auth/guards.server";
import { PROTOCOL, PROTOCOL_HEADER } from "../contract/jobs";
import { db } from "../database/client.server";
import { pruneImports } from "../import/prune.server";
import { sweepJobs } from "../jobs/claim.server";
import { allFigures } from "../people/statistics.server";
import { archivePool, restorePool, setMembers, updatePool } from "../pools/commands.server";
import { archivePrompts, restorePrompts } from "../prompts/commands.server";
import { peopleAgreement, poolQuality } from "../quality/queries.server";
import { pruneReleases } from "../releases/work.server";
import { createToken } from "../tokens/commands.server";
import { createWorkerToken } from "../workers/commands.server";

/** What one request or one piece of work may take from the database, and what it may answer. */
const MOST_ROWS = 1000;
const MOST_BYTES = 500_000;

let ids: Ids;
let rows = 0;
let headers: (route: Expected) => Promise<Record<string, string>>;

// Figures over all votes are kept for a while (docs/decisions/0009-lists.md), so here they are computed once, before.
vi.mock("../fresh.server", () => {
  const kept = new Map<string, Promise<unknown>>();
  return { fresh: (name: string, _: number, compute: () => Promise<unknown>) => kept.get(name) ?? kept.set(name, compute()).get(name) };
});

beforeAll(async () => {
  ids = await oneOfEach({ db, person, close: () => Promise.resolve() });
  await enlarge(ids);
  const admin = await person("admin");
  const actor = { kind: "user" as const, id: admin.id };
  const worker = await createWorkerToken(actor, { name: "lab" });
  // A job that a worker holds, so that the routes for its holder let it in.
  const machine = { name: "holder", tokenId: worker.id, protocolVersion: PROTOCOL, version: "1", hardware: {} };
  const { id: workerId } = await db.worker.create({ data: machine });
  const lease = { workerId, status: "running" as const, leaseExpiresAt: new Date(Date.now() + 3_600_000) };
  await db.job.update({ where: { id: ids.job }, data: lease });
  headers = async ({ read, at }): Promise<Record<string, string>> => {
    if (typeof read !== "object") {
      const { name, value } = at(ids).startsWith("/annotate") ? ids.voter : admin.cookie;
      return { Cookie: `${name}=${value}` };
    }
    const scope = read.scope as (typeof SCOPES)[number];
    if (scope === "worker") return { Authorization: `Bearer ${worker.token}`, [PROTOCOL_HEADER]: String(PROTOCOL) };
    return { Authorization: `Bearer ${await createToken(actor, { name: scope, scopes: [scope], expires: "30" })}` };
  };
  await Promise.all([allFigures(0), poolQuality(), peopleAgreement()]);
  const { addRow } = Result.prototype;
  Result.prototype.addRow = function (row) {
    rows += 1;
    addRow.call(this, row);
  };
}, 120_000);

type Loader = (args: { request: Request; params: Record<string, string>; context: object }) => Promise<unknown>;

/** The parts of the address that the name of a route's file calls for. */
function paramsOf(name: string, pathname: string): Record<string, string> {
  const segments = pathname.split("/").slice(1).map(decodeURIComponent);
  const parts = name.replaceAll("[.]", "\0").split(".");
  const named = parts.flatMap((part, index): [string, string][] => {
    if (part === "$") return [["*", segments.slice(index).join("/")]];
    return part.startsWith("$") ? [[part.slice(1), segments[index] ?? ""]] : [];
  });
  return Object.fromEntries(named);
}

const textOf = (answer: unknown) => JSON.stringify(answer, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));

/** The bytes that a loader answers, and the rows that it read for them. */
async function measure(name: string, page: boolean, query: string) {
  const route = ROUTES[name] ?? { at: () => "/" };
  const { loader } = (await import(`../routes/${name}.${page ? "tsx" : "ts"}`)) as { loader?: Loader };
  const request = new Request(`http://localhost${route.at(ids)}${query.replace("$job", ids.job)}`, { headers: await headers(route) });
  rows = 0;
  const params = paramsOf(name, new URL(request.url).pathname);
  const answer = await Promise.resolve()
    .then(() => loader?.({ request, params, context: { clientIp: "::1" } }))
    .catch((thrown: unknown) => {
      if (thrown instanceof Response) return thrown;
      throw thrown;
    });
  const bytes = answer instanceof Response ? (await answer.arrayBuffer()).byteLength : (textOf(answer)?.length ?? 0);
  return { rows, bytes, status: answer instanceof Response ? answer.status : 200 };
}

/** What is asked for beyond the address; elsewhere the longest page that a list gives. */
const QUERIES: Record<string, string[]> = {
  "annotate.guidelines": ["&version=1"],
  "api.v1.comparisons.$comparisonId": ["", "?page=2"],
  "admin.comparisons.$comparisonId": ["", "?page=2"],
  "admin.prompts.$promptId": ["", "?responses=3&comparisons=40"],
  "admin.pools.$poolId.guidelines": ["", "?before=1000"],
  "admin.jobs.$jobId.live": ["", "?seq=5&log=5"],
  "admin.jobs.compare": ["&job=$job"],
};

/** These have nothing to show here: they lead elsewhere, or give a file that is not there. */
const LEADS_ELSEWHERE = /^(_index|login|logout|setup)$|\.files\.|\.download$|bad-rows$|undone$|artifacts/;

describe("however much there is", { timeout: 120_000 }, async () => {
  const routes = (await routeFiles()).filter(({ name }) => ROUTES[name]?.read);

  it.each(routes)("$name reads and answers a bounded part of it", async ({ name, page }) => {
    for (const query of QUERIES[name] ?? ["?perPage=100"]) {
      const taken = await measure(name, page, query);
      expect.soft(taken.rows, `rows of ${name}${query}`).toBeLessThanOrEqual(MOST_ROWS);
      expect.soft(taken.bytes, `bytes of ${name}${query}`).toBeLessThanOrEqual(MOST_BYTES);
      if (!LEADS_ELSEWHERE.test(name)) expect(taken.status, `${name}${query}`).toBe(ROUTES[name]?.absent ? 404 : 200);
    }
  });

  const works: Record<string, () => Promise<unknown>> = {
    "archives a prompt": () => archivePrompts(COMMAND_LINE, [ids.prompt]),
    "restores a prompt": () => restorePrompts(COMMAND_LINE, [ids.prompt]),
    "asks for fewer votes": () => updatePool(COMMAND_LINE, ids.pool, { votesPerComparison: 1 }),
    "asks for more votes": () => updatePool(COMMAND_LINE, ids.pool, { votesPerComparison: 3 }),
    "archives a pool": () => archivePool(COMMAND_LINE, ids.pool),
    "restores a pool": () => restorePool(COMMAND_LINE, ids.pool),
    "sets members": () => setMembers(COMMAND_LINE, ids.pool, { userIds: [ids.person] }),
    "sweeps leases": sweepOnce,
    "sweeps jobs": sweepJobs,
    "prunes artifacts": pruneArtifacts,
    "prunes imports": pruneImports,
    "prunes releases": pruneReleases,
  };

  it.each(Object.keys(works))("what %s reads a bounded part of it", async (name) => {
    rows = 0;
    await works[name]!();
    expect(rows).toBeLessThanOrEqual(MOST_ROWS + 50);
  });
});
