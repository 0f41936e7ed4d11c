import { PROTOCOL, PROTOCOL_HEADER } from "../../app/contract/jobs";
import { expect, test } from "./fixtures";
import { oneOfEach } from "./ids";
import { type Access, type Expected, type Ids, ROUTES, rolesOf, routeFiles } from "./route-table";
import type { World } from "./world";

const ROLES = ["annotator", "reviewer", "admin"] as const;
type Caller = { name: string; headers: Record<string, string>; scope?: string };
type Answer = "let in" | "sent to sign in" | "401" | "403" | "500" | "not held";

/** What a caller met. Everything but a refusal is "let in": a form without its fields is answered 422, and that is past the guard. */
async function answerOf(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  if (response.status === 409 && (await response.text()).includes('"stale_fence"')) return "not held";
  if (!response.bodyUsed) await response.body?.cancel();
  if ([401, 403, 500].includes(response.status)) return String(response.status) as Answer;
  // Single fetch answers loaders of pages with redirects as they are; resource routes likewise.
  return response.headers.get("Location")?.startsWith("/login?") ? "sent to sign in" : "let in";
}

function expected(access: Access, caller: Caller): Answer {
  if (access === "everyone") return "let in";
  if (typeof access === "object") return caller.scope === access.scope ? "let in" : caller.scope ? "403" : "401";
  if ((rolesOf(access) as string[]).includes(caller.name)) return "let in";
  return (ROLES as readonly string[]).includes(caller.name) ? "403" : "sent to sign in";
}

async function callersOf(world: World): Promise<Caller[]> {
  const { createWorkerToken } = await import("../../app/workers/commands.server");
  const { createToken } = await import("../../app/tokens/commands.server");
  const { SCOPES } = await import("../../app/auth/guards.server");
  const people = await Promise.all(ROLES.map(async (role) => ({ role, ...(await world.person(role)) })));
  const admin = { kind: "user" as const, id: people[2]!.id };
  const bearer = (name: string, token: string, scope?: string): Caller => ({ name, scope, headers: { Authorization: `Bearer ${token}` } });
  const scoped = await Promise.all(
    SCOPES.map(async (scope) => {
      const made =
        scope === "worker"
          ? (await createWorkerToken(admin, { name: "lab" })).token
          : await createToken(admin, { name: scope, scopes: [scope], expires: "30" });
      return bearer(`a token for ${scope}`, made, scope);
    }),
  );
  return [
    { name: "nobody", headers: {} },
    bearer("a token that does not exist", "tbt_nothing"),
    ...people.map(({ role, cookie }): Caller => ({ name: role, headers: { Cookie: `${cookie.name}=${cookie.value}` } })),
    ...scoped,
  ];
}

async function problemsOf(url: string, route: Expected, callers: Caller[]): Promise<string[]> {
  const problems: string[] = [];
  const origin = new URL(url).origin;
  const check = async (method: string, caller: Caller, more: Record<string, string>, wanted: Answer) => {
    const got = await answerOf(url, {
      method,
      headers: { [PROTOCOL_HEADER]: String(PROTOCOL), ...caller.headers, ...more },
      ...(method === "GET" ? {} : { body: "" }),
    });
    if (got !== wanted) problems.push(`${method} ${new URL(url).pathname} as ${caller.name}: ${got}, expected ${wanted}`);
  };
  for (const caller of callers) {
    const wanted = route.read && expected(route.read, caller);
    if (wanted) await check("GET", caller, {}, route.holderOnly && wanted === "let in" ? "not held" : wanted);
    if (!route.write) continue;
    await check(
      route.method ?? "POST",
      caller,
      { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" },
      expected(route.write, caller),
    );
    // A page of another site that sends our cookie is refused, whoever is signed in. Bearer tokens are not sent by browsers.
    if (typeof route.write !== "object") await check("POST", caller, { Origin: "https://elsewhere.example" }, "403");
  }
  return problems;
}

test("every file of app/routes says who it lets in", async () => {
  expect((await routeFiles()).map(({ name }) => name).sort()).toEqual(Object.keys(ROUTES).sort());
});

test("every route lets in who it should, and nobody else", async ({ instance, world }) => {
  test.setTimeout(600_000);
  const ids: Ids = await oneOfEach(world);
  const problems: string[] = [];
  let callers = await callersOf(world);
  for (const [name, route] of Object.entries(ROUTES)) {
    for (const problem of await problemsOf(instance.url + route.at(ids), route, callers)) problems.push(`${name}: ${problem}`);
    // Nobody is signed in any more after this one.
    if (name === "logout") callers = await callersOf(world);
  }
  expect(problems).toEqual([]);
});
