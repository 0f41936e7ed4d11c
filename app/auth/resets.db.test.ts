import { beforeAll, describe, expect, it } from "vitest";
import { PASSWORD, person } from "../../tests/support/person";
import { UsageError } from "../cli";
import { db } from "../database/client.server";
import { changePerson } from "../people/commands.server";
import { createAdmin, resetPassword } from "./command-line.server";
import { signIn } from "./commands.server";
import { makeReset, readReset, redeemReset } from "./resets.server";
import { readSession } from "./session.server";

const NEW = "another sentence that is long";
let admin: { kind: "user"; id: string; email: string };
beforeAll(async () => {
  admin = { kind: "user", ...(await person("admin")) };
});

const whoHas = async (cookie: string) =>
  (await readSession(new Request("http://localhost/", { headers: { Cookie: cookie.split(";")[0] ?? "" } })))?.user.id;
const cookieOf = ({ cookie }: { cookie: { name: string; value: string } }) => `${cookie.name}=${cookie.value}`;
const actions = async (subjectId: string) =>
  (await db.auditEntry.findMany({ where: { subjectId }, orderBy: { id: "asc" } })).map(
    ({ action, actorKind }) => `${actorKind}: ${action}`,
  );

describe("a reset link", () => {
  it("sets a new password once, ends every session and is in the audit log", async () => {
    const ben = await person("annotator", "Ben");
    const token = await makeReset(admin, ben.id);
    expect(JSON.stringify(await db.passwordReset.findMany())).not.toContain(token);
    expect((await readReset(token)).user.email).toBe(ben.email);
    const both = await Promise.allSettled([redeemReset(token, NEW), redeemReset(token, NEW)]);
    const [fresh, ...more] = both.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(more).toEqual([]);
    expect(await whoHas(cookieOf(ben))).toBeUndefined();
    expect(await whoHas(fresh ?? "")).toBe(ben.id);
    await expect(redeemReset(token, PASSWORD)).rejects.toMatchObject({
      status: 410,
      message: expect.stringMatching(/already used/) as string,
    });
    await expect(signIn({ email: ben.email, password: PASSWORD })).rejects.toMatchObject({ status: 401 });
    await signIn({ email: ben.email, password: NEW }, "192.0.2.7");
    expect(await actions(ben.id)).toEqual(["user: user.reset_link", "user: user.reset_password", "system: user.sign_in_refused", "user: user.sign_in"]); // prettier-ignore
    expect(await db.auditEntry.findFirstOrThrow({ where: { action: "user.sign_in" } })).toMatchObject({ detail: { address: "192.0.2.7" } });
  });

  it("stops working when a later one is made, when a day has passed, and when its maker is no admin any more", async () => {
    const { id } = await person("annotator");
    const [first, second] = [await makeReset(admin, id), await makeReset(admin, id)];
    await expect(readReset(first)).rejects.toMatchObject({ status: 410 });
    await db.passwordReset.updateMany({ where: { userId: id }, data: { expiresAt: new Date(Date.now() - 1000) } });
    await expect(redeemReset(second, NEW)).rejects.toMatchObject({ status: 410, message: expect.stringMatching(/expired/) as string });
    const other = await person("admin");
    const third = await makeReset({ kind: "user", id: other.id }, id);
    await changePerson(admin, other.id, { role: "reviewer" });
    await expect(redeemReset(third, NEW)).rejects.toMatchObject({ status: 410 });
    await expect(readReset("tbr_nothing")).rejects.toMatchObject({ status: 410 });
  });

  it("is not made for who cannot sign in, and opens nothing to an account that was closed after", async () => {
    const imported = await db.user.create({
      data: { email: "imported", name: "known", role: "annotator", pseudonym: "k", imported: true },
    });
    const { id } = await person("annotator");
    const token = await makeReset(admin, id);
    await changePerson(admin, id, { active: false });
    for (const nobody of [imported.id, id]) await expect(makeReset(admin, nobody)).rejects.toMatchObject({ status: 409 });
    await expect(redeemReset(token, NEW)).rejects.toMatchObject({ status: 410 });
  });

  it("leaves no session behind that began with the old password while the new one was set", async () => {
    const { id, email } = await person("annotator");
    for (let round = 0; round < 6; round++) {
      const [old, next] = round % 2 === 0 ? [PASSWORD, NEW] : [NEW, PASSWORD];
      const token = await makeReset(admin, id);
      const [fresh, late] = await Promise.allSettled([redeemReset(token, next), signIn({ email, password: old }, "192.0.2.8")]);
      if (late.status === "fulfilled") expect(await whoHas(late.value)).toBeUndefined();
      expect(fresh.status).toBe("fulfilled");
    }
  });
});

describe("the command line", () => {
  const run = async (command: typeof resetPassword, email: string, values = {}) => {
    const printed: string[] = [];
    expect(await command({ positionals: [email], values, signal: AbortSignal.timeout(10_000), print: (line) => printed.push(line) })).toBe(
      0,
    );
    return /^http:\/\/localhost:3000\/reset\/(tbr_\S+)$/.exec(printed.join("\n"))?.[1] ?? "";
  };

  it("makes a link for the last admin, and a new admin", async () => {
    expect(await whoHas(await redeemReset(await run(resetPassword, admin.email.toUpperCase()), NEW))).toBe(admin.id);
    const made = await redeemReset(await run(createAdmin, "new.admin@example.org", { name: "Nia" }), NEW);
    const nia = await db.user.findUniqueOrThrow({ where: { email: "new.admin@example.org" } });
    expect([await whoHas(made), nia.name, nia.role]).toEqual([nia.id, "Nia", "admin"]);
    const { id, email } = await person("annotator");
    await changePerson(admin, id, { active: false });
    expect(await whoHas(await redeemReset(await run(createAdmin, email), NEW))).toBe(id);
    expect(await actions(id)).toEqual(["user: user.close", "command line: user.make_admin", "command line: user.reset_link", "user: user.reset_password"]); // prettier-ignore
  });

  it("says what is wrong with an address", async () => {
    await expect(run(resetPassword, "nobody@example.org")).rejects.toMatchObject({ status: 404 });
    await expect(run(resetPassword, "ada")).rejects.toThrow(UsageError);
  });
});
