import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { env } from "./env.server";
import { openSecret, sealSecret } from "./secrets.server";

it("opens what it sealed, only in the place it was sealed for, and never unchanged twice", async () => {
  const [first, second] = [await sealSecret("sk-test", "model 1"), await sealSecret("sk-test", "model 1")];
  expect(first).not.toBe(second);
  expect(first).not.toContain("sk-test");
  expect(await openSecret(first, "model 1")).toBe("sk-test");
  await expect(openSecret(first, "model 2")).rejects.toThrow("cannot be opened");
  await expect(openSecret(first.slice(0, -2) + "AA", "model 1")).rejects.toThrow("cannot be opened");
});

it("keeps its key beside the data, for the owner only", async () => {
  await sealSecret("x", "y");
  const file = path.join(env.TIEBREAK_DATA_DIR, "instance.key");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file)).toHaveLength(32);
});
