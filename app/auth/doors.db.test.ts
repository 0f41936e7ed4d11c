import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { db, pool } from "../database/client.server";
import type { Role } from "../generated/prisma/client";
import { changePerson, invite } from "../people/commands.server";
import { openInvites } from "../people/queries.server";
import { createToken } from "../tokens/commands.server";
import { acceptInvite, createUser, readInvite } from "./commands.server";
import { requireToken } from "./guards.server";

const account = (email = `${randomUUID()}@example.org`) => ({ name: "Bo", email, password: "correct horse battery" });
const newAdmin = async () => ({ kind: "user" as const, id: (await createUser(db, { ...account(), hash: "none", role: "admin" })).id });
const offer = async (by: { kind: "user"; id: string }, role: Role = "annotator") => await invite(by, { role, note: "" });

const withToken = (token: string) =>
  requireToken(new Request("http://localhost/", { headers: { Authorization: `Bearer ${token}` } }), "pools:write");
const newToken = (by: { kind: "user"; id: string }) => createToken(by, { name: "script", scopes: ["pools:write"], expires: "never" });

it.each([
  ["is closed", { active: false }],
  ["is no admin's any more", { role: "annotator" as const }],
])("an account that %s leaves no invitation and no token behind that works", async (_, change) => {
  const [boss, other] = [await newAdmin(), await newAdmin()];
  const [link, token] = [await offer(other, "admin"), await newToken(other)];
  await expect(withToken(token)).resolves.toMatchObject({ id: other.id });
  expect(await openInvites()).toHaveLength(1);
  await changePerson(boss, other.id, change);
  await expect(readInvite(link)).rejects.toMatchObject({ status: 410 });
  expect(await openInvites()).toHaveLength(0);
  await expect(withToken(token)).rejects.toMatchObject({ status: 401 });
});

it("an invitation that is taken back while somebody accepts it makes no account", async () => {
  const token = await offer(await newAdmin());
  const { id } = await readInvite(token);
  const admin = await pool.connect();
  try {
    await admin.query("BEGIN");
    await admin.query(`UPDATE "Invite" SET "revokedAt" = now() WHERE "id" = $1`, [id]);
    const accepting = acceptInvite(token, account("late@example.org")).catch((error: unknown) => error);
    const waiting = async () => (await pool.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)).rowCount;
    await expect.poll(waiting, { timeout: 15_000 }).toBeGreaterThan(0);
    await admin.query("COMMIT");
    expect(await accepting).toMatchObject({ status: 410 });
  } finally {
    admin.release();
  }
  expect(await db.user.findUnique({ where: { email: "late@example.org" } })).toBeNull();
});

it("a form that is sent twice makes one account, and says so the second time", async () => {
  const token = await offer(await newAdmin());
  const twice = { ...account("twice@example.org") };
  const results = await Promise.allSettled([acceptInvite(token, twice), acceptInvite(token, twice)]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({ status: 409, field: "email" });
});
