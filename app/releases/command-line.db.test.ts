import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { givenPool, person } from "../../tests/support/votes";
import { db } from "../database/client.server";
import { run } from "./command-line.server";

async function release(values: Record<string, string>) {
  const out = path.join(await mkdtemp(path.join(tmpdir(), "tiebreak-release-")), "out");
  const printed: string[] = [];
  const print = (line: string) => printed.push(line);
  expect(await run({ values: { out, ...values }, positionals: [], signal: AbortSignal.timeout(60_000), print })).toBe(0);
  return printed
    .filter((line) => !line.startsWith("Content hash"))
    .map((line) => line.replace(out, "OUT").replace(/^Release \d+/, "Release N"));
}

it("says how many votes are left out, why, and which option takes them in", async () => {
  const vote = (by: string) => ({ by, side: 0 as const, strength: "better" as const });
  await givenPool("Left out", [
    { prompt: "One", votes: [vote("stays")] },
    { prompt: "Another", votes: [vote("stays")] },
    { prompt: "Two", votes: [vote("leaves")] },
    { prompt: "Three", votes: [vote("leaves")] },
    { prompt: "Seen", votes: [{ ...vote("stays"), unblinded: true }] },
    { prompt: "Four", gold: 0, votes: [vote("stays")] },
  ]);
  await db.user.update({ where: { id: await person("leaves") }, data: { deactivatedAt: new Date() } });
  expect((await release({ pool: "Left out", variants: "none" })).sort()).toEqual([
    "5% validation and 5% test of 2 prompts are nothing: every row is in train. A larger share or another seed may give some.",
    "Left out: 1 vote, gold comparison (--golds include takes them in)",
    "Left out: 1 vote, not blind: the models or votes had been opened before (--not-blind include takes them in)",
    "Left out: 2 votes, annotator's account is closed (--deactivated include takes them in)",
    "Release N: 2 rows in OUT",
  ]);
  const all = { deactivated: "include", "not-blind": "include", golds: "include", validation: "0", test: "0" };
  expect(await release({ pool: "Left out", variants: "none", ...all })).toEqual(["Release N: 6 rows in OUT"]);
});
