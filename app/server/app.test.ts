import { randomBytes } from "node:crypto";
import { get, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerBuild } from "@remix-run/node";
import { afterEach, expect, it } from "vitest";
import { futureFlags } from "../../tests/support/future-flags";
import { createApp, listen } from "./app.server";
import { metricsText } from "./metrics.server";

type Handler = (context: { request: Request }) => unknown;

/** The application around a single route, as the compiler would hand it over. */
async function serve(handlers: { loader?: Handler; action?: Handler }, bodyMs?: number, path = "thing"): Promise<string> {
  const build = {
    entry: { module: { default: () => new Response("a page") } },
    routes: { "routes/thing": { id: "routes/thing", path, module: handlers } },
    assets: { entry: { imports: [], module: "" }, routes: {}, url: "", version: "" },
    future: await futureFlags(),
    publicPath: "/build/",
    assetsBuildDirectory: "public/build",
    isSpaMode: false,
  } as unknown as ServerBuild;
  const server = listen(createApp(build, bodyMs), 0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
}

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => (server.closeAllConnections(), server.close())));

const MEGABYTE = randomBytes(1 << 20);

/** More than anybody should hold in memory, and how much of it was asked for. */
function large(type: string) {
  const seen = { megabytes: 0, cancelled: false };
  const body = () =>
    new ReadableStream({
      pull: (controller) => (seen.megabytes++ < 400 ? controller.enqueue(MEGABYTE) : controller.close()),
      cancel: () => void (seen.cancelled = true),
    });
  return { seen, loader: () => new Response(body(), { headers: { "Content-Type": type } }) };
}

/** A client that asks, and reads nothing of the answer. */
const askAndWait = (url: string, headers = {}) =>
  new Promise<IncomingMessage>((resolve) => get(url, { headers }, (answer) => resolve(answer.pause())));

it.each(["application/octet-stream", "application/x-tar"])("holds no more of a download (%s) than a slow reader takes", async (type) => {
  const { seen, loader } = large(type);
  const answer = await askAndWait(await serve({ loader }), { "Accept-Encoding": "gzip" });
  // A server that did not wait for its reader would stop at the end of the download only.
  let before: number;
  do {
    before = seen.megabytes;
    await sleep(500);
  } while (before === 0 || seen.megabytes > before);
  expect(before).toBeLessThan(40);
  answer.destroy();
  await expect.poll(() => seen.cancelled).toBe(true);
});

it("measures addresses that no route has as one, so that asking for many fills no memory", async () => {
  const url = await serve({ loader: () => new Response("here") });
  for (const path of ["", "-1", "-2"]) await (await fetch(`${url}${path}`)).text();
  const areas = new Set((await metricsText()).match(/(?<=_count\{.*area=")[^"]+/g));
  expect([...areas].sort()).toEqual(["other", "thing"]);
});

it("refuses an address that is none, and shows nobody the stack of an error", async () => {
  const { port } = new URL(await serve({ loader: () => new Response("here") }));
  const ask = (path: string, host = "localhost") =>
    new Promise<IncomingMessage>((resolve) => get({ port, path, headers: { Host: host } }, resolve));
  for (const answer of [await ask("/thing", "not a host"), await ask("/build/%c0")]) {
    expect(answer.statusCode).toBe(400);
    expect(await text(answer)).not.toMatch(/node_modules|\.ts:/);
  }
});

it("tells caches to keep nothing but the files of the build", async () => {
  const url = await serve({ loader: () => new Response("somebody's work") });
  const kept = async (path: string, init?: RequestInit) => (await fetch(new URL(path, url), init)).headers.get("Cache-Control");
  const none = ["/thing", "/nothing-here", "/build/nothing", "/missing.svg"].map((path) => kept(path));
  expect(new Set(await Promise.all([...none, kept("/thing", { method: "POST" })]))).toEqual(new Set(["private, no-store"]));
  expect(await kept("/favicon.svg")).toContain("public");
  const own = await serve({ loader: () => new Response("", { headers: { "Cache-Control": "private, no-store, no-transform" } }) });
  expect(await kept(own)).toBe("private, no-store, no-transform");
});

it("does not tell strangers which routes match the paths that they name", async () => {
  const url = await serve({ loader: () => new Response("here") });
  const answer = await fetch(new URL("/__manifest?p=/thing&p=/thing/b&version=", url));
  expect(await answer.text()).toBe("a page");
});

it("waits for a body for a while only, and for an upload as long as it takes", async () => {
  const send = async (path: string) => {
    const url = await serve({ action: async ({ request }) => new Response(await request.text()) }, 300, path);
    return await new Promise<string>((resolve) => {
      const headers = { Origin: new URL(url).origin };
      const slow = request(url, { method: "POST", headers }, (answer) => void text(answer).then(resolve));
      slow.on("error", () => resolve("closed")).write("a");
      setTimeout(() => slow.end("b"), 1200);
    });
  };
  expect(await Promise.all([send("thing"), send("api/v1/imports")])).toEqual(["closed", "ab"]);
});

it("gives an upload hours, and its headers a minute", async () => {
  await serve({ loader: () => new Response("here") });
  expect(servers[0]?.requestTimeout).toBeGreaterThan(6 * 3_600_000);
  expect(servers[0]?.headersTimeout).toBeLessThanOrEqual(60_000);
});
