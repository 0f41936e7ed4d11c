import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, inject } from "vitest";
import { withClient, withDatabase } from "./database-server";

const server = inject("databaseServer");
const name = `test_${randomUUID().replaceAll("-", "")}`;
await withClient(server, (client) => client.query(`CREATE DATABASE "${name}" TEMPLATE "${inject("template")}"`));

process.env.DATABASE_URL = withDatabase(server, name);
process.env.TIEBREAK_DATA_DIR = await mkdtemp(path.join(tmpdir(), "tiebreak-test-"));
process.env.NODE_ENV = "test";
process.env.LOG_LEVEL = "silent";

afterAll(async () => {
  const { disconnect } = await import("../../app/database/client.server");
  await disconnect();
  await withClient(server, (client) => client.query(`DROP DATABASE "${name}" WITH (FORCE)`));
  await rm(process.env.TIEBREAK_DATA_DIR ?? "", { recursive: true, force: true });
});
