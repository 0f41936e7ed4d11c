import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { SYSTEM, audit } from "../app/audit/commands.server";
import { createUser } from "../app/auth/commands.server";
import { hashPassword } from "../app/auth/passwords.server";
import { db, pool as connections } from "../app/database/client.server";
import { inDatabaseTurn } from "../app/database/turn.server";
import { env } from "../app/env.server";
import type { Role } from "../app/generated/prisma/client";
import { runImportHere } from "../app/import/run.server";
import { log } from "../app/log.server";
import { importSample, readSamples, type Sample } from "../app/overview/samples.server";

const LOCK = 7_253_003;
const accountsFile = () => path.join(env.TIEBREAK_DATA_DIR, "demo-accounts.json");

const PEOPLE: { name: string; role: Role }[] = [
  { name: "Admin", role: "admin" },
  { name: "Reviewer", role: "reviewer" },
  { name: "Ada", role: "annotator" },
  { name: "Ben", role: "annotator" },
  { name: "Chidi", role: "annotator" },
  { name: "Dana", role: "annotator" },
];

const accounts = z.array(
  z.object({ name: z.string(), role: z.enum(["admin", "reviewer", "annotator"]), email: z.string(), password: z.string() }),
);
type Account = z.infer<typeof accounts>[number];

/**
 * Fills an empty database with the sample pools and the demo accounts; leaves any other alone. A start that was killed
 * in the middle is finished by the next one: every step is passed over when it is done. Of several processes one does it, and
 * returns true.
 */
export async function seedDemo(): Promise<boolean> {
  const lock = await connections.connect();
  try {
    return await inDatabaseTurn(lock, LOCK, "loading the sample pools", load);
  } finally {
    // Closing the connection gives the lock back, whatever state it is in.
    lock.release(true);
  }
}

async function load(): Promise<boolean> {
  const state = await db.setting.findUnique({ where: { key: "demoSeed" } });
  if (state?.value === "done" || (!state && !(await isEmpty()))) return false;
  await db.setting.upsert({ where: { key: "demoSeed" }, create: { key: "demoSeed", value: "begun" }, update: {} });
  const people = await makeAccounts();
  for (const sample of await readSamples()) await loadSample(sample, people);
  await db.setting.update({ where: { key: "demoSeed" }, data: { value: "done" } });
  log.info("The sample pools and demo accounts are in place");
  return true;
}

const isEmpty = async () => (await db.user.findFirst()) === null && (await db.pool.findFirst()) === null;

/** Ids of the demo people, by the lower-case name that the sample votes carry. */
async function makeAccounts(): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const { name, role, email, password } of await readOrMakePasswords()) {
    const hash = await hashPassword(password);
    const user =
      (await db.user.findUnique({ where: { email } })) ??
      (await db.$transaction(async (tx) => {
        const made = await createUser(tx, { name, email, hash, role });
        await audit(tx, SYSTEM, { action: "user.demo", subjectType: "user", subjectId: made.id, detail: { role } });
        return made;
      }));
    ids[name.toLowerCase()] = user.id;
  }
  return ids;
}

/** Random passwords, written down before any account has them, for the owner of the data folder alone. */
async function readOrMakePasswords(): Promise<Account[]> {
  const made = PEOPLE.map(({ name, role }) => ({
    name,
    role,
    email: `${name.toLowerCase()}@example.org`,
    password: randomBytes(12).toString("base64url"),
  }));
  await mkdir(env.TIEBREAK_DATA_DIR, { recursive: true });
  try {
    await writeFile(accountsFile(), `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return accounts.parse(JSON.parse(await readFile(accountsFile(), "utf8")));
  }
}

async function loadSample(sample: Sample, people: Record<string, string>): Promise<void> {
  const { id } = await importSample(SYSTEM, sample, people);
  await runImportHere(id, new AbortController().signal);
  const run = await db.importRun.findUniqueOrThrow({ where: { id } });
  if (run.status !== "done" || run.badRows > 0)
    log.warn({ pool: sample.name, status: run.status, badRows: run.badRows, error: run.error }, "A sample pool did not load in full");
}
