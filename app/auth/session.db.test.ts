import { expect, it } from "vitest";
import { db } from "~/database/client.server";
import { createUser } from "./commands.server";
import { createSession, endSession, readSession } from "./session.server";

async function signedIn() {
  const email = `${crypto.randomUUID()}@example.org`;
  const user = await createUser(db, { name: "Ada", email, hash: "x", role: "reviewer" });
  const [cookie = ""] = (await createSession(user.id)).split(";");
  return { user, ask: () => readSession(new Request("http://localhost/", { headers: { Cookie: cookie } })) };
}

it("knows the person behind a session, however many loaders ask at once, until it is ended", async () => {
  const { user, ask } = await signedIn();
  const answers = await Promise.all([ask(), ask(), ask()]);
  const { id, email, name, role } = user;
  for (const answer of answers) expect(answer?.user).toEqual({ id, email, name, role, preferences: {} });
  await endSession(answers[0]?.sessionId ?? "");
  expect(await ask()).toBeUndefined();
});

it("tells two people who ask at once apart", async () => {
  const [one, other] = [await signedIn(), await signedIn()];
  const found = await Promise.all([one.ask(), other.ask()]);
  expect(found.map((session) => session?.user.id)).toEqual([one.user.id, other.user.id]);
});

it("opens nothing to a closed account, nor after the session has run out", async () => {
  const [closed, expired] = [await signedIn(), await signedIn()];
  await db.user.update({ where: { id: closed.user.id }, data: { deactivatedAt: new Date() } });
  await db.session.updateMany({ where: { userId: expired.user.id }, data: { expiresAt: new Date(Date.now() - 1000) } });
  expect(await closed.ask()).toBeUndefined();
  expect(await expired.ask()).toBeUndefined();
  expect(await db.session.count({ where: { userId: expired.user.id } })).toBe(0);
});
