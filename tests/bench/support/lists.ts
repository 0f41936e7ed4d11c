import { listAudit } from "../../../app/audit/queries.server";
import { auditList } from "../../../app/audit/list";
import { comparisonList } from "../../../app/comparisons/list";
import { listComparisons } from "../../../app/comparisons/queries.server";
import { pool } from "../../../app/database/client.server";
import { promptList } from "../../../app/prompts/list";
import { listPrompts } from "../../../app/prompts/queries.server";

export type Figure = { list: string; requests: number; median: number; p95: number; max: number };
type Ask = (place: Record<string, unknown>) => Promise<{ next?: string; previous?: string; rows: unknown[] }>;

const prompts: Ask = (query) => listPrompts(promptList.parse(query));
const comparisons: Ask = (query) => listComparisons(comparisonList.parse(query));
const audit: Ask = (query) => listAudit(auditList.parse(query));

/** What people ask the lists for: each alone, and the combinations that an index does not answer. */
async function cases(): Promise<[string, Ask, Record<string, unknown>][]> {
  const id = async (sql: string) => (await pool.query<{ id: string }>(sql)).rows[0]?.id;
  const [large, small] = [
    await id(`SELECT "id" FROM "Pool" WHERE "name" = 'Pool 1'`),
    await id(`SELECT "id" FROM "Pool" WHERE "name" = 'Pool 8'`),
  ];
  const person = await id(`SELECT "id" FROM "User" LIMIT 1`);
  return [
    ["prompts: all", prompts, {}],
    ["prompts: oldest first", prompts, { dir: "asc" }],
    ["prompts: most turns first", prompts, { sort: "turns" }],
    ["prompts: large pool", prompts, { pool: large }],
    ["prompts: large pool, most turns first", prompts, { pool: large, sort: "turns" }],
    ["prompts: small pool", prompts, { pool: small }],
    ["prompts: archived", prompts, { archived: "yes" }],
    ["prompts: search, a word in nearly all", prompts, { q: "w1" }],
    ["prompts: search, two common words", prompts, { q: "w7 w12" }],
    ["prompts: search, a common word and a rare one", prompts, { q: "w1 w15000" }],
    ["prompts: search, two words in one of 10 and 20", prompts, { q: "w70 w99" }],
    ["prompts: search, a word in one of 20", prompts, { q: "w99" }],
    ["prompts: search, a word in one of 150", prompts, { q: "w555" }],
    ["prompts: search, a word in one of 1,000", prompts, { q: "w15000" }],
    ["prompts: search, an external id", prompts, { q: "row-424242" }],
    ["comparisons: all", comparisons, {}],
    ["comparisons: by round", comparisons, { sort: "round", dir: "asc" }],
    ["comparisons: large pool", comparisons, { pool: large }],
    ["comparisons: complete, newest first", comparisons, { progress: "complete" }],
    ["comparisons: waiting, oldest first", comparisons, { progress: "waiting", dir: "asc" }],
    ["comparisons: small pool, complete", comparisons, { pool: small, progress: "complete" }],
    ["comparisons: flagged", comparisons, { only: "flagged" }],
    ["comparisons: gold of a large pool", comparisons, { only: "gold", pool: large }],
    ["comparisons: one model", comparisons, { model: "model-3" }],
    ["comparisons: one model, round and progress", comparisons, { model: "model-3", round: 4, progress: "untouched" }],
    ["comparisons: search, two common words", comparisons, { q: "w7 w12" }],
    ["comparisons: search, a word in one of 150", comparisons, { q: "w555" }],
    ["comparisons: small pool, by round", comparisons, { pool: small, sort: "round" }],
    ["audit log: all", audit, {}],
    ["audit log: one person", audit, { actor: person }],
    ["audit log: a rare action", audit, { action: "pool.update" }],
    ["audit log: a person's rare action", audit, { actor: person, action: "pool.update" }],
  ];
}

/** Times each list over its first pages and pages deep inside, in milliseconds as the server takes them. */
export async function* measureLists(requests: number): AsyncGenerator<Figure> {
  for (const [list, ask, query] of await cases()) {
    const took: number[] = [];
    let place: Record<string, unknown> = { ...query };
    for (let n = 0; n < requests; n++) {
      const start = performance.now();
      const { next } = await ask(place);
      took.push(performance.now() - start);
      const page = Number(place.page ?? 1) + 1;
      place = n % 10 === 9 ? { ...query, after: await somewhere(list) } : { ...query, page: next ? page : 1 + (n % 3), after: next };
    }
    took.sort((a, b) => a - b);
    const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? NaN;
    yield { list, requests, median: at(0.5), p95: at(0.95), max: at(1) };
  }
}

/** A place deep inside the table that the list is over, as a link would carry it. */
async function somewhere(list: string): Promise<string> {
  const table = list.startsWith("prompts") ? "Prompt" : list.startsWith("audit") ? "AuditEntry" : "Comparison";
  const key = /turns|round/.test(list)
    ? table === "Prompt"
      ? `"turns"`
      : `"round"`
    : `(extract(epoch FROM ${table === "AuditEntry" ? `"at"` : `"createdAt"`}) * 1000)::bigint`;
  const { rows } = await pool.query<{ at: string }>(`SELECT ${key} || '_' || "id" AS at FROM "${table}" TABLESAMPLE SYSTEM (0.01) LIMIT 1`);
  return rows[0]?.at ?? "";
}
