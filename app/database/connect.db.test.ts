import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { withClient } from "../../tests/support/database-server";
import { env } from "../env.server";
import { connectAtStart } from "./connect.server";
import { connect } from "./connection.server";
import { examineServer, poolSize } from "./examine.server";
import { inDatabaseTurn } from "./turn.server";

const server = inject("databaseServer");
const ROLE = `role_${process.pid}`;
const query = (text: string) => withClient(server, (client) => client.query(text));
const at = (change: Partial<URL>) => Object.assign(new URL(server), change).href;
const theirs = () => at({ username: ROLE, password: "secret" });

beforeAll(() => query(`CREATE ROLE "${ROLE}" LOGIN PASSWORD 'secret' CONNECTION LIMIT 5`));
afterAll(() => query(`DROP ROLE "${ROLE}"`));

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

describe("a connection that cannot be made", () => {
  it.each([
    ["a wrong password", () => at({ password: "wrong-secret" }), /refuses the password of "tiebreak".*DATABASE_URL/],
    ["a database that is not there", () => at({ pathname: "/absent" }), /has no database "absent".*CREATE DATABASE "absent"/],
    ["TLS that is not there", () => at({ search: "?sslmode=require" }), /does not offer TLS/],
    ["nobody", async () => at({ port: String(await freePort()) }), /No PostgreSQL answers at 127\.0\.0\.1:\d+\. Start it/],
    ["an unknown host", () => at({ hostname: "database.invalid" }), /"database\.invalid"/],
  ])("is said in words: %s", async (_, address, words) => {
    const outcome = connectAtStart(await address(), "test", 0);
    await expect(outcome).rejects.toThrow(words);
    await expect(outcome).rejects.toMatchObject({ name: "StartError" });
    await expect(outcome).rejects.not.toThrow(/secret/);
  });

  it("is waited for while the server comes up", async () => {
    const port = await freePort();
    const connecting = connectAtStart(at({ port: String(port) }), "test");
    const { port: real } = new URL(server);
    const proxy = spawn("node", [
      "-e",
      `require("net").createServer((c) => c.pipe(require("net").connect(${real})).pipe(c)).listen(${port}, "127.0.0.1")`,
    ]);
    await (await connecting).end();
    proxy.kill();
  });
});

it("holds fewer connections than the setting where the role may not have as many", async () => {
  await examineServer(server);
  expect(poolSize()).toBe(env.TIEBREAK_DATABASE_POOL);
  await examineServer(theirs());
  expect(poolSize()).toBe(2);
  await examineServer(server);
});

it("waits for a connection that the role's limit does not leave, until there is one or nobody wants it", async () => {
  const held = await Promise.all([1, 2, 3, 4, 5].map(() => connectAtStart(theirs(), "test")));
  const cancelled = new AbortController();
  const outcome = connect(theirs(), "test", { signal: cancelled.signal, warn: () => cancelled.abort(new Error("cancelled")) });
  await expect(outcome).rejects.toThrow("cancelled");
  const said: unknown[] = [];
  const warn = (fields: Record<string, unknown>) => (said.push(fields.said), void held.pop()!.end());
  await (await connect(theirs(), "test", { signal: new AbortController().signal, warn })).end();
  expect(said).toEqual([expect.stringContaining("too many connections for role")]);
  await Promise.all(held.map((client) => client.end()));
});

describe("a turn", () => {
  const LOCK = 7_999_999;

  it("is not waited for when the connection that has it is used by nobody", async () => {
    await withClient(server, async (deserted) => {
      await deserted.query("SELECT pg_advisory_lock($1)", [LOCK]);
      await withClient(server, async (client) => {
        const outcome = inDatabaseTurn(client, LOCK, "testing", () => Promise.resolve(), 0);
        await expect(outcome).rejects.toThrow(/held the lock for testing and done nothing.*SELECT pg_terminate_backend\(\d+\)/);
      });
    });
  });

  it("is waited for while somebody works in it", async () => {
    const order: string[] = [];
    await withClient(server, (one) =>
      withClient(server, async (two) => {
        let end = () => {};
        const first = inDatabaseTurn(one, LOCK, "testing", () => (order.push("first"), new Promise<void>((resolve) => (end = resolve))));
        await expect.poll(() => order).toEqual(["first"]);
        const second = inDatabaseTurn(two, LOCK, "testing", async () => void order.push("second"));
        order.push("asked");
        end();
        await Promise.all([first, second]);
      }),
    );
    expect(order).toEqual(["first", "asked", "second"]);
  });
});

const hasPgbouncer = await promisify(execFile)("pgbouncer", ["--version"]).then(() => true, () => false); // prettier-ignore

describe.runIf(hasPgbouncer)("a real pooler", () => {
  let folder: string;
  let bouncer: ReturnType<typeof spawn>;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tiebreak-pgbouncer-"));
    port = await freePort();
    const { port: real, username, password } = new URL(server);
    const target = `host=127.0.0.1 port=${real} dbname=postgres user=${username} password=${password}`;
    await writeFile(path.join(folder, "users"), `"${username}" "${password}"\n`);
    const ini = `[databases]\nshared = ${target} pool_mode=transaction\nown = ${target} pool_mode=session\n[pgbouncer]\nlisten_addr = 127.0.0.1
listen_port = ${port}\nunix_socket_dir =\nauth_type = any\nauth_file = ${path.join(folder, "users")}\n`;
    await writeFile(path.join(folder, "ini"), ini);
    const asRoot = userInfo().uid === 0 ? ["-u", "postgres"] : [];
    if (asRoot.length > 0) await promisify(execFile)("chown", ["-R", "postgres", folder]);
    bouncer = spawn("pgbouncer", [...asRoot, path.join(folder, "ini")], { stdio: "ignore" });
  });
  afterAll(async () => {
    bouncer.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  const through = (name: string) => at({ port: String(port), pathname: `/${name}` });

  it("is refused in transaction mode, in words, and used in session mode", async () => {
    await expect(examineServer(through("shared"))).rejects.toThrow(/pooler in transaction mode.*session mode of at least 23/);
    await expect(examineServer(through("own"))).resolves.toBeUndefined();
  });
});
