import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { log } from "../log.server";

const require = createRequire(import.meta.url);
const ROOT = path.resolve("prisma");
const FILTERS = { externalTables: [], externalEnums: [] };

/** Any number that no other program locks in this database; it makes processes migrate one after another. */
const LOCK = 7_253_001;

/**
 * Prisma's own migration engine, compiled to WebAssembly, so that no binary is downloaded. It keeps Prisma's table
 * `_prisma_migrations`, so the ordinary CLI works on the same database. Its bindings hold one instance per process.
 */
let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const wasm = await readFile(path.join(path.dirname(require.resolve("@prisma/schema-engine-wasm")), "schema_engine_bg.wasm"));
  const imports = { "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports };
  const { instance } = await WebAssembly.instantiate(wasm, imports);
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => log.error({ message }, "The migration engine failed") },
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

async function engine(pool: pg.Pool): Promise<bindings.SchemaEngine> {
  await (loading ??= load());
  return await bindings.SchemaEngine.new(
    { datamodels: await datamodels() },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool)),
  );
}

/** The stock adapter cuts scripts at every semicolon, inside functions and comments too, and runs the pieces one by one.
 * Sent whole, a migration is also one transaction: it applies or it leaves nothing behind. */
class WholeScripts extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => void (await adapter.underlyingDriver().query(script));
    return adapter;
  }
}

async function withEngine<T>(databaseUrl: string, work: (engine: bindings.SchemaEngine) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const lock = await pool.connect();
  try {
    await lock.query("SELECT pg_advisory_lock($1)", [LOCK]);
    return await work(await engine(pool));
  } finally {
    lock.release(true);
    await pool.end();
  }
}

/** Applies the migrations that the database lacks. Returns their names. Two processes may call it at once. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const migrationsList = await migrations();
  const { appliedMigrationNames } = await withEngine(databaseUrl, (engine) => engine.applyMigrations({ migrationsList, filters: FILTERS }));
  return appliedMigrationNames;
}

/**
 * The SQL that leads from one schema to the other. It compares the two texts: reading a live database back fails in
 * this engine on columns of type "char". `from` undefined is the empty schema.
 */
export async function schemaDifference(databaseUrl: string, from: string | undefined): Promise<string> {
  const now = (await datamodels()).map(([file, content]) => ({ path: file, content }));
  const result = await withEngine(databaseUrl, (engine) =>
    engine.diff({
      from: from === undefined ? { tag: "empty" } : { tag: "schemaDatamodel", files: [{ path: "before.prisma", content: from }] },
      to: { tag: "schemaDatamodel", files: now },
      script: true,
      exitCode: null,
      filters: FILTERS,
    }),
  );
  return result.stdout ?? "";
}

async function datamodels(): Promise<[string, string][]> {
  const file = path.join(ROOT, "schema.prisma");
  return [[file, await readFile(file, "utf8")]];
}

async function migrations(): Promise<bindings.MigrationList> {
  const baseDir = path.join(ROOT, "migrations");
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const migrationDirectories = await Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok" as const, value: await readFile(path.join(baseDir, name, "migration.sql"), "utf8") },
      },
    })),
  );
  const lockfile = { path: "migration_lock.toml", content: await readFile(path.join(baseDir, "migration_lock.toml"), "utf8") };
  return { baseDir, lockfile, shadowDbInitScript: "", migrationDirectories };
}
