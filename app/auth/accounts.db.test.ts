import { readFile } from "node:fs/promises";
import { hash } from "@node-rs/argon2";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "../database/client.server";
import { changePerson, endSessionsOf, invite, revokeInvite } from "../people/commands.server";
import type { UserError } from "../errors";
import { createToken } from "../tokens/commands.server";
import { acceptInvite, changePassword, createFirstAdmin, hasAdmin, signIn } from "./commands.server";
import { requireToken } from "./guards.server";
import { hashPassword } from "./passwords.server";
import { readSession } from "./session.server";
import { setupCode, setupCodeFile } from "./setup-code.server";

const PASSWORD = "a sentence that is long";
let people = 0;
const account = (name = "Somebody") => ({ name, email: `${++people}@example.org`, password: PASSWORD });
/** Whom the Set-Cookie header of a session signs in. */
const whoHas = async (header: string) =>
  (await readSession(new Request("http://localhost/", { headers: { Cookie: header.split(";")[0] ?? "" } })))?.user;

let admin: { kind: "user"; id: string };

async function person(role: "annotator" | "admin" = "annotator") {
  const made = account();
  const cookie = await acceptInvite(await invite(admin, { role, note: "" }), made);
  const user = await whoHas(cookie);
  if (!user) throw new Error("nobody is signed in");
  return { ...made, id: user.id, cookie };
}

beforeAll(async () => {
  expect(await hasAdmin()).toBe(false);
  const code = await setupCode();
  const first = (name: string, given = code) => createFirstAdmin({ ...account(name), code: given });
  await expect(first("Eve", "AAAA-BBBB-CCCC-DDDD")).rejects.toMatchObject({ status: 422, field: "code" });
  const results = await Promise.allSettled([first("Ada"), first("Bea", code.toLowerCase().replaceAll("-", " "))]);
  const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  expect(made, "two browsers ask for the first admin at once, and one gets it").toHaveLength(1);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { status: 409 } });
  await expect(first("Cid"), "the code has been used").rejects.toMatchObject({ status: 409 });
  await expect(readFile(setupCodeFile())).rejects.toThrow(/ENOENT/);
  admin = { kind: "user", id: (await whoHas(made[0]!))!.id };
});

describe("signing in", () => {
  it("says the same of an unknown address, an imported annotator and a wrong password", async () => {
    const { email } = await person();
    await db.user.create({ data: { email: "known@example.org", name: "known", role: "annotator", pseudonym: "known", imported: true } });
    for (const attempt of [
      { email: "nobody@example.org", password: PASSWORD },
      { email: "known@example.org", password: PASSWORD },
      { email, password: "no" },
    ])
      // prettier-ignore
      await expect(signIn(attempt)).rejects.toMatchObject({ status: 401, message: "E-mail or password is wrong." });
  });

  it("takes a password however its characters were composed, and hashes of before as they were typed", async () => {
    const [composed, typed] = ["Caf\u00e9 und Stra\u00dfe", "Cafe\u0301 und Stra\u00dfe"];
    const { email, id } = await person();
    await db.password.update({ where: { userId: id }, data: { hash: await hashPassword(typed) } });
    for (const password of [composed, typed]) expect(await whoHas(await signIn({ email, password }))).toMatchObject({ id });
    await db.password.update({ where: { userId: id }, data: { hash: await hash(typed) } });
    expect(await whoHas(await signIn({ email, password: typed }))).toMatchObject({ id });
  });

  it("hashes few passwords at once, lets some wait and refuses the rest, while other requests go on", async () => {
    const emails = (await Promise.all([1, 2, 3, 4, 5, 6].map(() => person()))).map(({ email }) => email);
    let longest = 0;
    let last = performance.now();
    const clock = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const tries = Array.from({ length: 200 }, (_, n) => signIn({ email: `${n}-${emails[n % 6]}`, password: "no" }, `192.0.2.${n % 8}`));
    const statuses = (await Promise.allSettled(tries)).map((result) =>
      result.status === "rejected" ? (result.reason as UserError).status : 200,
    );
    clearInterval(clock);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(104);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(96);
    expect(longest).toBeLessThan(1000);
  });

  it("keeps only hashes of sessions, invitations and passwords", async () => {
    const { cookie, id } = await person();
    const token = await invite(admin, { role: "reviewer", note: "" });
    const rows = JSON.stringify([
      await db.session.findMany({ where: { userId: id } }),
      await db.invite.findMany(),
      await db.password.findMany({ where: { userId: id } }),
    ]);
    expect(rows).not.toContain(token);
    expect(rows).not.toContain(cookie.split(";")[0]?.split("=")[1]);
    expect(rows).not.toContain(PASSWORD);
  });
});

describe("an invitation", () => {
  it("makes one account, with the role it names, however often it is used at once", async () => {
    const token = await invite(admin, { role: "reviewer", note: "" });
    const results = await Promise.allSettled([1, 2, 3].map(() => acceptInvite(token, account())));
    const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(made).toHaveLength(1);
    expect(await whoHas(made[0]!)).toMatchObject({ role: "reviewer" });
    await expect(acceptInvite(token, account())).rejects.toMatchObject({
      status: 410,
      message: expect.stringMatching(/already used/) as string,
    });
  });

  it("opens nothing once it is taken back, expired or wrong", async () => {
    const token = await invite(admin, { role: "annotator", note: "back" });
    const { id } = await db.invite.findFirstOrThrow({ where: { note: "back" } });
    await revokeInvite(admin, id);
    await expect(revokeInvite(admin, id)).rejects.toMatchObject({ status: 409 });
    await expect(acceptInvite(token, account())).rejects.toMatchObject({
      status: 410,
      message: expect.stringMatching(/taken back/) as string,
    });
    const old = await invite(admin, { role: "annotator", note: "old" });
    await db.invite.updateMany({ where: { note: "old" }, data: { expiresAt: new Date(Date.now() - 1000) } });
    await expect(acceptInvite(old, account())).rejects.toMatchObject({ status: 410, message: expect.stringMatching(/expired/) as string });
    await expect(acceptInvite("tbi_nothing", account())).rejects.toMatchObject({ status: 410 });
  });

  it("that is taken back while somebody accepts it ends one way or the other, never both", async () => {
    for (let round = 0; round < 8; round++) {
      const token = await invite(admin, { role: "annotator", note: `race ${round}` });
      const { id } = await db.invite.findFirstOrThrow({ where: { note: `race ${round}` } });
      const results = await Promise.allSettled([acceptInvite(token, account()), revokeInvite(admin, id)]);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    }
  });

  it("does not make a second account of one address, also when two people enter it at once", async () => {
    const [one, two] = [await invite(admin, { role: "annotator", note: "" }), await invite(admin, { role: "annotator", note: "" })];
    const same = account();
    const results = await Promise.allSettled([acceptInvite(one, same), acceptInvite(two, same)]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { status: 409, field: "email" } });
  });
});

describe("an account", () => {
  it("that is closed signs out at once, takes its tokens along, and opens again without its sessions", async () => {
    const { id, email, cookie } = await person("admin");
    const token = await createToken({ kind: "user", id }, { name: "t", scopes: ["pools:read"], expires: "30" });
    const request = () => new Request("http://localhost/", { headers: { Authorization: `Bearer ${token}` } });
    expect(await requireToken(request(), "pools:read")).toMatchObject({ id });
    await changePerson(admin, id, { active: false });
    expect(await whoHas(cookie)).toBeUndefined();
    await expect(requireToken(request(), "pools:read")).rejects.toMatchObject({ status: 401 });
    await expect(signIn({ email, password: PASSWORD })).rejects.toMatchObject({
      status: 403,
      message: expect.stringMatching(/closed/) as string,
    });
    await changePerson(admin, id, { active: true });
    expect(await whoHas(cookie)).toBeUndefined();
    expect(await whoHas(await signIn({ email, password: PASSWORD }))).toMatchObject({ id });
    const audited = await db.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: "asc" } });
    const refused = { action: "user.sign_in_refused", detail: { address: "", reason: "closed" } };
    expect(audited).toMatchObject([{ action: "user.join" }, { action: "user.close" }, refused, { action: "user.open" }, { action: "user.sign_in" }]); // prettier-ignore
  });

  it("lends its tokens only their scopes, and only until they expire", async () => {
    const { id } = await person("admin");
    const token = await createToken({ kind: "user", id }, { name: "short", scopes: ["pools:read"], expires: "30" });
    const ask = (scope: "pools:read" | "import", header = `Bearer ${token}`) =>
      requireToken(new Request("http://localhost/", { headers: { Authorization: header } }), scope);
    expect(await ask("pools:read")).toMatchObject({ kind: "token", id });
    await expect(ask("import")).rejects.toMatchObject({ status: 403 });
    await expect(ask("pools:read", token)).rejects.toMatchObject({ status: 401 });
    await db.apiToken.updateMany({ where: { name: "short" }, data: { expiresAt: new Date(Date.now() - 1000) } });
    await expect(ask("pools:read")).rejects.toMatchObject({ status: 401 });
  });

  it("changes its password only with the old one, and ends every session by that", async () => {
    const { id, email, cookie } = await person();
    const password = "another sentence that is long";
    await expect(changePassword(id, { current: "wrong", password })).rejects.toMatchObject({ status: 422, field: "current" });
    expect(await whoHas(cookie)).toMatchObject({ id });
    const fresh = await changePassword(id, { current: PASSWORD, password });
    expect(await whoHas(cookie)).toBeUndefined();
    expect(await whoHas(fresh)).toMatchObject({ id });
    await expect(signIn({ email, password: PASSWORD })).rejects.toMatchObject({ status: 401 });
    await endSessionsOf(admin, id);
    expect(await whoHas(fresh)).toBeUndefined();
  });

  it("of the last admin stays one, also when two admins demote each other at once", async () => {
    for (const other of await db.user.findMany({ where: { role: "admin", id: { not: admin.id } } }))
      await changePerson(admin, other.id, { role: "annotator" });
    await expect(changePerson(admin, admin.id, { role: "reviewer" })).rejects.toMatchObject({ status: 409 });
    await expect(changePerson(admin, admin.id, { active: false })).rejects.toMatchObject({ status: 409 });
    const second = await person("admin");
    const results = await Promise.allSettled([
      changePerson(admin, second.id, { role: "annotator" }),
      changePerson({ kind: "user", id: second.id }, admin.id, { active: false }),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await db.user.count({ where: { role: "admin", deactivatedAt: null } })).toBe(1);
  });
});
