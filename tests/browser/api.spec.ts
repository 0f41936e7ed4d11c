import { randomUUID } from "node:crypto";
import { OPERATIONS } from "../../app/api/operations";
import { jsonl } from "../support/rows";
import { expect, test } from "./fixtures";

type Row = Record<string, unknown>;

test("a program makes a pool, imports, reads comparisons, and orders and fetches a release; every answer keeps its schema", async ({
  instance,
  world,
}) => {
  test.setTimeout(120_000);
  const { createToken } = await import("../../app/tokens/commands.server");
  const admin = { kind: "user" as const, id: (await world.person("admin", "Ada Api")).id };
  const scopes = ["pools:read", "pools:write", "import", "comparisons:read", "releases:read", "releases:write"] as const;
  const token = await createToken(admin, { name: "all", scopes: [...scopes], expires: "30" });
  const called = new Set<string>();

  /** Calls an operation by the name that the OpenAPI document gives it, and holds its answer to the document's schema. */
  async function call(operation: string, address: string, body?: unknown, wanted?: number): Promise<Row> {
    const [method = "", template = ""] = operation.split(" ");
    const described = OPERATIONS.find((one) => one.method.toUpperCase() === method && one.path === template);
    if (!described) throw new Error(`There is no operation ${operation}`);
    called.add(operation);
    const file = typeof body === "string";
    const response = await fetch(instance.url + address, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body === undefined || file ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: file ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    expect({ operation, status: response.status, text: response.ok ? "" : text }).toEqual({ operation, status: wanted ?? described.answers.status, text: wanted ? text : "" }); // prettier-ignore
    if (described.answers.body === "file") return { text };
    const answer = JSON.parse(text) as Row;
    if (!wanted) described.answers.body.parse(answer);
    return answer;
  }

  const name = `Programs ${randomUUID()}`;
  // Nobody else: people of the tests after this one must not be given its pairs.
  const pool = await call("POST /api/v1/pools", "/api/v1/pools", {
    name,
    votesPerComparison: 2,
    access: "members",
    guidelines: "Be fair.",
  });
  const taken = await call("POST /api/v1/pools", "/api/v1/pools", { name }, 409);
  expect(taken).toMatchObject({ error: expect.stringMatching(/already a pool called/), field: "name" });
  const odd = await call("POST /api/v1/pools", "/api/v1/pools", { name: "x", colour: "red" }, 422);
  expect(odd.error).toMatch(/colour/);
  const wrong = await fetch(`${instance.url}/api/v1/pools`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${token}` },
    body: "{}",
  });
  expect([wrong.status, wrong.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST"]);
  await call("GET /api/v1/pools", `/api/v1/pools?q=${encodeURIComponent(name)}`);
  const onePool = `/api/v1/pools/${String(pool.id)}`;
  await call("PATCH /api/v1/pools/{poolId}", onePool, { priority: 5, guidelines: "Be fair and \0brief." });
  const patched = await call("GET /api/v1/pools/{poolId}", onePool);
  expect(patched).toMatchObject({ priority: 5, guidelines: [{ version: 2, body: "Be fair and brief." }, { version: 1 }] });

  const rows = [1, 2, 3].map((n) => ({ prompt: `Question ${n}`, chosen: `Good ${n}`, rejected: `Bad ${n}`, strength: "better" }));
  const queued = await call(
    "POST /api/v1/imports",
    `/api/v1/imports?pool=${String(pool.id)}&name=rows.jsonl`,
    `${jsonl(rows)}{"promt":1}\n`,
  );
  const oneImport = `/api/v1/imports/${String(queued.id)}`;
  await expect.poll(async () => (await call("GET /api/v1/imports/{importId}", oneImport)).status, { timeout: 30_000 }).toBe("done");
  expect(await call("GET /api/v1/imports/{importId}", oneImport)).toMatchObject({ rows: 4, promptsAdded: 3, badRows: 1, bad: [{ line: 4, field: "promt" }] }); // prettier-ignore
  await call("GET /api/v1/imports", `/api/v1/imports?pool=${String(pool.id)}`);
  await call("POST /api/v1/imports/{importId}", oneImport, { intent: "retry" }, 409);
  await call("POST /api/v1/imports/{importId}", oneImport, { intent: "cancel" });

  const page = await call("GET /api/v1/comparisons", `/api/v1/comparisons?pool=${String(pool.id)}&perPage=2`);
  expect(page).toMatchObject({ rowCount: 3, more: false, next: expect.any(String) });
  const rest = await call("GET /api/v1/comparisons", `/api/v1/comparisons?pool=${String(pool.id)}&perPage=2&cursor=${String(page.next)}`);
  expect((rest.rows as Row[]).length).toBe(1);
  const [comparison] = page.rows as Row[];
  const detail = await call("GET /api/v1/comparisons/{comparisonId}", `/api/v1/comparisons/${String(comparison?.id)}`);
  expect(detail.votes).toMatchObject([{ status: "counted", revisions: [{ kind: "import", side: 0, strength: "better" }] }]);
  await call("GET /api/v1/comparisons/{comparisonId}", `/api/v1/comparisons/${randomUUID()}`, undefined, 404);

  const ordered = await call("POST /api/v1/releases", "/api/v1/releases", { name: "By a program", options: { pools: [name], validation: 0, test: 0 } }); // prettier-ignore
  const oneRelease = `/api/v1/releases/${String(ordered.number)}`;
  await expect.poll(async () => (await call("GET /api/v1/releases/{number}", oneRelease)).status, { timeout: 30_000 }).toBe("done");
  const { text } = await call("GET /api/v1/releases/{number}/files/{path}", `${oneRelease}/files/train.jsonl`);
  expect(String(text).trimEnd().split("\n")).toHaveLength(3);
  await call("GET /api/v1/releases/{number}/files/{path}", `${oneRelease}/files/..%2f..%2finstance.key`, undefined, 404);
  await call("GET /api/v1/releases", "/api/v1/releases");
  expect(await call("POST /api/v1/releases/{number}", oneRelease, { do: "archive" })).toMatchObject({ archivedAt: expect.any(String) }); // prettier-ignore

  expect([...called].sort()).toEqual(OPERATIONS.map((one) => `${one.method.toUpperCase()} ${one.path}`).sort());
  const document = (await (await fetch(`${instance.url}/api/v1/openapi.json`)).json()) as { openapi: string; paths: Row };
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toEqual([...new Set(OPERATIONS.map((one) => one.path))]);
});
