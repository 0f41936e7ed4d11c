import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { beforeAll, describe, expect, it } from "vitest";
import { allRows, makeRelease, readLines } from "../../tests/support/releases";
import { givenPool, person } from "../../tests/support/votes";
import { releaseRows, type ReleaseRow } from "../contract/release-row";
import { db } from "../database/client.server";

let poolId: string;
let ids: string[];
const everything = { validation: 0, test: 0 };

beforeAll(async () => {
  const made = await givenPool("General", [
    {
      prompt: [
        { role: "system", content: "Be brief." },
        { role: "user", content: 'Why?\nIs "it" so?  ' },
      ],
      responses: ["Because \u2028 of 🎉", "<b>no</b>"],
      round: 2,
      votes: [
        { by: "ann", side: 0, strength: "better", edited: "An early edit", left: 0, at: new Date("2026-03-01T00:00:00Z") },
        { by: "bob", side: 0, strength: "significantly_better", edited: "The strongest edit", left: 1 },
        { by: "cid", side: 1, strength: "significantly_better", edited: "The loser's edit", left: 1 },
      ],
    },
    {
      prompt: [
        { role: "user", content: "One" },
        { role: "assistant", content: "1" },
        { role: "user", content: "Two" },
      ],
      votes: [
        { by: "ann", side: 1, strength: "better", left: 0 },
        { by: "bob", side: 1, strength: "marginally_better", left: 0 },
      ],
    },
    { prompt: "No strength", votes: [{ by: "ann", side: 1 }] },
    {
      prompt: "No majority",
      votes: [
        { by: "ann", side: 1, strength: "significantly_better" },
        { by: "bob", side: 0, strength: "marginally_better" },
      ],
    },
  ]);
  poolId = made.poolId;
  ids = made.comparisonIds;
});

const rowOf = (rows: ReleaseRow[], id: string | undefined) => rows.find((row) => row.id === id);

describe("majority", () => {
  it("makes one row per comparison, with the stated strength, edit, agreement and margin", async () => {
    const { outcome, folder, manifest } = await makeRelease({ pools: [poolId], ...everything });
    expect(outcome).toBe("done");
    const rows = await allRows(folder, manifest);
    expect(rows).toHaveLength(3);
    expect(rowOf(rows, ids[0])).toEqual({
      id: ids[0],
      prompt: [
        { role: "system", content: "Be brief." },
        { role: "user", content: 'Why?\nIs "it" so?  ' },
      ],
      chosen: [{ role: "assistant", content: "Because \u2028 of 🎉" }],
      rejected: [{ role: "assistant", content: "<b>no</b>" }],
      edited: [{ role: "assistant", content: "The strongest edit" }],
      strength: "better",
      margin: 0.667,
      votes: 3,
      agreement: 0.667,
      round: 2,
      pool: "General",
      models: { chosen: "model-a", rejected: "model-b" },
    });
    // The weaker of two middle strengths; never a strength for a vote that stated none.
    expect(rowOf(rows, ids[1])).toMatchObject({ strength: "marginally_better", margin: 0, agreement: 1, votes: 2 });
    expect(rowOf(rows, ids[2])).toMatchObject({ margin: 0 });
    expect(rowOf(rows, ids[2])).not.toHaveProperty("strength");
    expect(manifest?.leftOut.rows).toEqual({ no_majority: 1 });
  });

  it("drops the margin column altogether when there are to be none", async () => {
    const { folder, manifest } = await makeRelease({ pools: [poolId], margins: "none", ...everything });
    for (const row of await allRows(folder, manifest)) expect(row).not.toHaveProperty("margin");
    for (const row of await readLines(folder, "pairs/train.jsonl")) expect(row).not.toHaveProperty("margin");
  });

  it("filters rows by strength after the majority, and leaves out rows without one unless told otherwise", async () => {
    const strengths = ["significantly_better", "better"] as const;
    const filtered = await makeRelease({ pools: [poolId], strengths: [...strengths], ...everything });
    expect((await allRows(filtered.folder, filtered.manifest)).map((row) => row.id)).toEqual([ids[0]]);
    expect(filtered.manifest?.leftOut.rows).toEqual({ no_majority: 1, unstated: 1, strength: 1 });
    const kept = await makeRelease({ pools: [poolId], strengths: [...strengths], unstated: "include", ...everything });
    expect((await allRows(kept.folder, kept.manifest)).map((row) => row.id).sort()).toEqual([ids[0], ids[2]].sort());
  });
});

describe("one row per vote", () => {
  it("gives each vote its own row, strength, edit, pseudonym and side, and counts agreement over the comparison", async () => {
    const { folder, manifest } = await makeRelease({ pools: [poolId], aggregation: "votes", ...everything });
    const rows = await allRows(folder, manifest);
    expect(rows).toHaveLength(8);
    const cid = rows.find((row) => row.annotator === "pseudonym of cid");
    expect(cid).toMatchObject({ strength: "significantly_better", votes: 3, agreement: 0.333, chosen_side: "left", imported: false });
    expect(cid?.chosen[0]?.content).toBe("<b>no</b>");
    expect(cid?.edited?.[0]?.content).toBe("The loser's edit");
    expect(rows.find((row) => row.annotator === "pseudonym of bob" && row.votes === 3)).toMatchObject({ chosen_side: "right" });
    const anonymous = await makeRelease({ pools: [poolId], aggregation: "votes", pseudonyms: false, ...everything });
    for (const row of await allRows(anonymous.folder, anonymous.manifest)) expect(row).not.toHaveProperty("annotator");
  });
});

describe("files", () => {
  it("keep the contract in every format", async () => {
    const { folder, manifest } = await makeRelease({ pools: [poolId], ...everything });
    expect(await allRows(folder, manifest)).toHaveLength(3);
    const kinds = { canonical: "train.jsonl", pairs: "", conversations: "", sft: "", llamafactory: "", "axolotl-rm": "" };
    for (const [kind, file] of Object.entries(kinds) as [keyof typeof releaseRows, string][]) {
      const rows = await readLines<unknown>(folder, file || `${kind}/train.jsonl`);
      expect(rows.length, kind).toBeGreaterThan(0);
      for (const row of rows) expect(releaseRows[kind].parse(row)).toEqual(row);
    }
    // The two-turn dialogue cannot be said in flat rows.
    expect(manifest?.leftOut.formats).toEqual({ "axolotl-rm": 1 });
  });

  it("expand an edited comparison into the switched-on ordered pairs", async () => {
    const { folder } = await makeRelease({ pools: [poolId], pairs: ["edited>rejected", "edited>chosen"], ...everything });
    const rows = await readLines<{ pair: string; chosen: { content: string }[]; rejected: { content: string }[]; margin: number }>(
      folder,
      "pairs/train.jsonl",
    );
    expect(rows.map(({ pair, chosen, rejected, margin }) => [pair, chosen[0]?.content, rejected[0]?.content, margin])).toEqual([
      ["edited>chosen", "The strongest edit", "Because \u2028 of 🎉", 0],
      ["edited>rejected", "The strongest edit", "<b>no</b>", 0.667],
    ]);
  });

  it("give SFT the edit where there is one", async () => {
    const { folder } = await makeRelease({ pools: [poolId], ...everything });
    const rows = await readLines<{ id: string; messages: { content: string }[] }>(folder, "sft/train.jsonl");
    expect(rows.find((row) => row.id === ids[0])?.messages.at(-1)?.content).toBe("The strongest edit");
    expect(rows.find((row) => row.id === ids[1])?.messages.at(-1)?.content).toBe("Second answer to Two");
  });

  it("hold the same rows in Parquet, with fixed types", async () => {
    const { folder, manifest } = await makeRelease({ pools: [poolId], ...everything });
    const file = await asyncBufferFromFile(path.join(folder, "train.parquet"));
    const rows = (await parquetReadObjects({ file, compressors })) as Record<string, unknown>[];
    const present = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined)));
    expect(present).toEqual(await allRows(folder, manifest));
  });

  it("are listed in the manifest with their size and SHA-256, and nothing else lies there", async () => {
    const { folder, manifest } = await makeRelease({ pools: [poolId], ...everything });
    const listed = manifest?.files ?? [];
    for (const { path: name, bytes, sha256 } of listed) {
      const content = await readFile(path.join(folder, name));
      expect({ name, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") }).toEqual({ name, bytes, sha256 });
    }
    const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(found).toHaveLength(listed.length + 1);
    expect(JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8"))).toEqual(manifest);
  });

  it("begin with a row that has an edit and one that has a strength, so that readers infer every column", async () => {
    const { folder } = await makeRelease({ pools: [poolId], aggregation: "votes", ...everything });
    const [first, second] = await readLines(folder, "train.jsonl");
    expect({ ...first, ...second }).toMatchObject({ edited: expect.anything() as unknown, strength: expect.anything() as unknown });
  });
});

describe("the same votes and options", () => {
  it("give the same bytes, and another name changes nothing but the card", async () => {
    const one = await makeRelease({ pools: [poolId] }, "Same");
    const two = await makeRelease({ pools: [poolId] }, "Same");
    expect(two.manifest).toEqual(one.manifest);
    expect(two.release.contentHash).toBe(one.release.contentHash);
    const three = await makeRelease({ pools: [poolId] }, "Other name");
    expect(three.release.contentHash).toBe(one.release.contentHash);
    const changed = one.manifest?.files.filter((file, index) => file.sha256 !== three.manifest?.files[index]?.sha256);
    expect(changed?.map((file) => file.path)).toEqual(["README.md"]);
  });
});

describe("lineage", () => {
  it("links the release to the votes behind its rows, and to no others", async () => {
    const { release, manifest } = await makeRelease({ pools: [poolId], ...everything });
    const items = await db.releaseItem.findMany({ where: { releaseId: release.id }, include: { revision: { include: { vote: true } } } });
    expect(items).toHaveLength(6);
    expect(manifest?.counts).toMatchObject({ votes: 6, annotators: 3, comparisons: 3 });
    expect(items.map((item) => item.revision.vote.comparisonId)).not.toContain(ids[3]);
  });
});

describe("a release without rows", () => {
  it("fails with what each filter left out, and leaves no files", async () => {
    await person("nobody");
    const { outcome, release, folder } = await makeRelease({ pools: [poolId], rounds: [9] });
    expect(outcome).toBe("failed");
    expect(release.error).toBe("These options leave no row: 8 other round. Loosen a filter.");
    await expect(readdir(folder)).rejects.toThrow(/ENOENT/);
    expect((await readdir(path.dirname(folder))).filter((name) => name.startsWith("."))).toEqual([]);
  });
});
