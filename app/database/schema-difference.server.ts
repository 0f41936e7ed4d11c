import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { log } from "../log.server";
import { PRISMA } from "./migrations.server";

const require = createRequire(import.meta.url);

/**
 * The SQL that leads from one schema to the one in prisma/, by Prisma's own engine, compiled to WebAssembly so that no binary is
 * downloaded. It compares the two texts: reading a live database back fails in this engine on columns of type "char".
 * `from` undefined is the empty schema. Call it once per process: the engine's bindings hold one instance.
 */
export async function schemaDifference(databaseUrl: string, from: string | undefined): Promise<string> {
  const schema = path.join(PRISMA, "schema.prisma");
  const now = await readFile(schema, "utf8");
  await load();
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }));
  const engine = await bindings.SchemaEngine.new({ datamodels: [[schema, now]] }, () => undefined, adapter);
  const result = await engine.diff({
    from: from === undefined ? { tag: "empty" } : { tag: "schemaDatamodel", files: [{ path: "before.prisma", content: from }] },
    to: { tag: "schemaDatamodel", files: [{ path: schema, content: now }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return result.stdout ?? "";
}

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
