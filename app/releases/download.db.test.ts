import { readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { extract } from "tar-stream";
import { beforeAll, describe, expect, it } from "vitest";
import { makeRelease } from "../../tests/support/releases";
import { givenPool } from "../../tests/support/votes";
import { ARCHIVES, archiveResponse } from "./download.server";

let number: number;
let folder: string;
let paths: string[];

beforeAll(async () => {
  // Larger than what waits between a file and its reader, so that a reader can leave in the middle.
  const responses: [string, string] = ["a".repeat(300_000), "b".repeat(300_000)];
  const prompts = Array.from({ length: 8 }, (_, n) => `Question ${n}`);
  const votes = [{ by: "ann", side: 0 as const, strength: "better" as const }];
  await givenPool(
    "Long",
    prompts.map((prompt) => ({ prompt, responses, votes })),
  );
  const made = await makeRelease({ validation: 0, test: 0 });
  ({ number, folder } = made);
  paths = [...(made.manifest?.files ?? []).map((file) => file.path), "manifest.json"];
});

const bodyOf = async (format: (typeof ARCHIVES)[number]) => Buffer.from(await (await archiveResponse(number, format)).arrayBuffer());

describe("a release in one file", () => {
  it("as .tar holds every file as it is on the disk", async () => {
    const found: Record<string, Buffer> = {};
    for await (const entry of Readable.from([await bodyOf("tar")]).pipe(extract())) {
      const pieces: Buffer[] = [];
      for await (const piece of entry) pieces.push(piece as Buffer);
      found[entry.header.name] = Buffer.concat(pieces);
    }
    expect(Object.keys(found)).toEqual(paths.map((name) => `release-${number}/${name}`));
    for (const name of paths) expect(found[`release-${number}/${name}`]?.equals(await readFile(path.join(folder, name)))).toBe(true);
  });

  it.each(ARCHIVES)("as .%s is the same each time", async (format) => {
    expect((await bodyOf(format)).equals(await bodyOf(format))).toBe(true);
  });

  it.each(ARCHIVES)("as .%s may be left by its reader at any moment, and the server goes on", async (format) => {
    const thrown: unknown[] = [];
    const note = (error: unknown) => thrown.push(error);
    process.on("uncaughtException", note);
    try {
      for (const pieces of [0, 1, 3]) {
        const reader = (await archiveResponse(number, format)).body!.getReader();
        for (let n = 0; n < pieces; n++) await reader.read();
        await reader.cancel();
      }
      await sleep(300);
    } finally {
      process.off("uncaughtException", note);
    }
    expect(thrown).toEqual([]);
    expect((await bodyOf(format)).length).toBeGreaterThan(1_000);
  });
});
