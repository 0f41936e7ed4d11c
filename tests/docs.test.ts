import { access, readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { OPERATIONS } from "~/api/operations";
import { openApiDocument } from "~/api/openapi";
import { settings } from "~/env.server";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFile(path.join(root, file), "utf8");

const docs = [
  "README.md",
  "CONTRIBUTING.md",
  ...(await readdir(path.join(root, "docs"), { recursive: true })).filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`),
];
const pages = await Promise.all(docs.map(async (file) => ({ file, text: await read(file) })));

describe("docs", () => {
  it("name every setting with its default, and no other", async () => {
    const rows = [...(await read("docs/operating.md")).matchAll(/^\| `([A-Z_]+)` \| .* \| (?:`(.*)`|none) \|$/gm)];
    const documented = Object.fromEntries(rows.map(([, name = "", value]) => [name, value]));
    const defaults = settings.parse({});
    const relative = (value: unknown) =>
      typeof value === "string" && path.isAbsolute(value) ? path.relative(process.cwd(), value) : value;
    const real = Object.keys(settings.shape).map((name) => [name, relative(defaults[name as keyof typeof defaults])?.toString()]);
    expect(documented).toEqual(Object.fromEntries(real));
  });

  it("list every operation of the HTTP API with its scope, and no other", async () => {
    const rows = [...(await read("docs/api.md")).matchAll(/^\| `([A-Z]+ \S+)` \| `(\S+)` \| (.*) \|$/gm)].map(
      ([, operation, scope, summary]) => [operation, scope, summary],
    );
    expect(rows).toEqual(
      OPERATIONS.map(({ method, path: address, scope, summary }) => [`${method.toUpperCase()} ${address}`, scope, summary]),
    );
  });

  it("describe the API in a document without dangling parts", () => {
    const document = openApiDocument("http://localhost:3000");
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(new Set(ids).size).toBe(OPERATIONS.length);
    expect(JSON.stringify(document)).not.toContain("$ref");
  });

  it("link only to files that exist", async () => {
    const broken: string[] = [];
    for (const { file, text } of pages)
      for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g))
        await access(path.resolve(root, path.dirname(file), target)).catch(() => broken.push(`${file}: ${target}`));
    expect(broken).toEqual([]);
  });

  it("name only paths of this tree that exist", async () => {
    const tree = /`((?:app|bin|docs|prisma|public|seed|styles|tests|worker|\.ci)\/[^`\s]*)`/g;
    const gone: string[] = [];
    for (const { file, text } of pages)
      for (const [, named = ""] of text.matchAll(tree)) {
        // Patterns such as app/<noun>/ and *.db.test.ts stand for many; the folder before them must be there.
        const fixed = named.split(/[<*{]/)[0] ?? "";
        await access(path.join(root, fixed === named ? named : path.dirname(`${fixed}x`))).catch(() => gone.push(`${file}: ${named}`));
      }
    expect(gone).toEqual([]);
  });

  it("place every folder of app/ on the page of the architecture, and every check on that of contributing", async () => {
    const folders = (await readdir(path.join(root, "app"), { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const [, listed = ""] = (await read("docs/architecture.md")).split(/^## The folders of.*$/m);
    const named = new Set([...listed.split(/^## /m)[0]!.matchAll(/`app\/([a-z]+)\/`/g)].map(([, name]) => name));
    expect([...named].sort()).toEqual(folders.map(({ name }) => name).filter((name) => name !== "generated").sort()); // prettier-ignore
    const checks = [...(await read("bin/test.mjs")).matchAll(/^ {2}"?([a-z-]+)"?: \{ (?:needs|command)/gm)].map(([, name = ""]) => name);
    expect(checks.length).toBeGreaterThan(5);
    const contributing = await read("CONTRIBUTING.md");
    expect(checks.filter((name) => !new RegExp(`[\`\\s]${name}[\`\\s]`).test(contributing))).toEqual([]);
  });

  it("name only npm scripts and subcommands that exist", async () => {
    const { scripts } = JSON.parse(await read("package.json")) as { scripts: Record<string, string> };
    const clis = (await readdir(path.join(root, "app"))).map((noun) => read(`app/${noun}/cli.ts`).catch(() => ""));
    const commands = (await Promise.all(clis)).flatMap((text) => [...text.matchAll(/^\s*name: "([a-z-]+)",/gm)].map(([, name]) => name));
    expect(commands.length).toBeGreaterThan(1);
    const unknown = pages.flatMap(({ file, text }) => [
      ...[...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].filter(([, name = ""]) => !(name in scripts)).map(([call]) => `${file}: ${call}`),
      ...[...text.matchAll(/npm run tiebreak -- ([a-z][a-z-]*)/g)]
        .filter(([, name]) => !commands.includes(name))
        .map(([call]) => `${file}: ${call}`),
    ]);
    expect(unknown).toEqual([]);
  });
});
