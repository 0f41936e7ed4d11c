import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { COMMAND_LINE } from "../audit/commands.server";
import { hashToken, tokenStands } from "../auth/tokens.server";
import type { CommandInput } from "../cli";
import { db } from "../database/client.server";
import { createWorkerToken } from "./commands.server";

/** `npm run tiebreak -- worker-token`. Returns the exit code. */
export async function run({ values, print }: CommandInput): Promise<number> {
  const name = text(values.name) ?? "local";
  const file = text(values.file);
  if (file && (await holdsValidToken(file))) {
    print(`${file} holds a valid token already.`);
    return 0;
  }
  const { token } = await createWorkerToken(COMMAND_LINE, { name });
  if (!file) {
    print(token);
    return 0;
  }
  await writePrivately(file, token);
  print(`The token "${name}" is in ${file}.`);
  return 0;
}

const text = (value: string | true | undefined): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

async function holdsValidToken(file: string): Promise<boolean> {
  const stored = await readFile(file, "utf8").catch(() => "");
  if (!stored.trim()) return false;
  const token = await db.apiToken.findUnique({ where: { tokenHash: hashToken(stored.trim()) }, include: { createdBy: true } });
  return token !== null && tokenStands(token) && token.scopes.includes("worker");
}

/** A reader finds the old token or the new one, never half of one, and nobody else may read it. */
async function writePrivately(file: string, token: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  const part = `${file}.${process.pid}`;
  await writeFile(part, `${token}\n`, { mode: 0o600 });
  await chmod(part, 0o600);
  await rename(part, file);
}
