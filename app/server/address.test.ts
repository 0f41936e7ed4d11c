import { request as ask, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import express from "express";
import { afterEach, expect, it, vi } from "vitest";

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  servers.splice(0).forEach((server) => (server.closeAllConnections(), server.close()));
});

/** Asks a server with these settings, and gets the status and where it holds the browser to be. */
async function serve(settings: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  vi.resetModules();
  const { knownHostOnly, sameOriginOnly } = await import("./address.server");
  const app = express();
  app.set("trust proxy", Number(settings.TIEBREAK_TRUST_PROXY ?? 0));
  app.use(knownHostOnly, sameOriginOnly, (_request, response) => void response.send((response.locals.address as URL).origin));
  const server = app.listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return (method: "GET" | "POST", headers: Record<string, string>, path = "/setup") =>
    new Promise<string>((resolve, reject) => {
      ask({ port, method, path, headers }, (answer) => void text(answer).then((body) => resolve(`${answer.statusCode} ${body}`))).on("error", reject).end(); // prettier-ignore
    });
}

const OWN = { TIEBREAK_ORIGIN: "https://prefs.example.org" };
const PROXIED = { ...OWN, TIEBREAK_TRUST_PROXY: "1" };

it.each(["localhost:3000", "tiebreak.localhost", "127.0.0.1:3000", "10.1.2.3", "[::1]:3000"])("goes by %s", async (Host) => {
  expect(await (await serve())("GET", { Host })).toBe(`200 http://${Host}`);
});

it.each(["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "localhost.evil.example", "prefs.example.org"])(
  "does not go by %s, whatever the browser says of the page that asks",
  async (Host) => {
    const get = await serve();
    expect(await get("GET", { Host })).toMatch(/^421 .*set TIEBREAK_ORIGIN=http:/);
    expect(await get("POST", { Host, Origin: `http://${Host}`, "Sec-Fetch-Site": "same-origin" })).toMatch(/^421/);
    for (const path of ["/healthz", "/metrics", "/api/v1/pools"]) expect(await get("GET", { Host }, path)).toMatch(/^200/);
  },
);

it("goes by the name of TIEBREAK_ORIGIN, and takes forms from there", async () => {
  const get = await serve(OWN);
  const Host = "prefs.example.org";
  const at = "200 https://prefs.example.org";
  expect(await get("GET", { Host })).toBe(at);
  expect(await get("GET", { Host: `${Host}:443` })).toBe(at);
  expect(await get("POST", { Host, Origin: `https://${Host}` })).toBe(at);
  expect(await get("POST", { Host, Origin: "https://evil.example" })).toMatch(/^403/);
  expect(await get("GET", { Host: "evil.example" })).toMatch(/^421/);
});

it("takes forms through a proxy that rewrites Host, and none of another site", async () => {
  const get = await serve(PROXIED);
  const Origin = "https://prefs.example.org";
  for (const Host of ["127.0.0.1:3000", "tiebreak", "localhost"]) {
    expect(await get("POST", { Host, Origin, "Sec-Fetch-Site": "same-origin" })).toBe(`200 ${Origin}`);
    expect(await get("POST", { Host, Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" })).toMatch(/^403/);
    expect(await get("POST", { Host, Origin, "Sec-Fetch-Site": "cross-site" })).toMatch(/^403/);
    expect(await get("POST", { Host, Origin: "null", "Sec-Fetch-Site": "same-origin" })).toMatch(/^403/);
  }
  expect(await get("POST", { Host: "x", "X-Forwarded-Host": "prefs.example.org", Origin })).toBe(`200 ${Origin}`);
  expect(await get("GET", { Host: "x", "X-Forwarded-Host": "evil.example" })).toMatch(/^421/);
});

it("lets somebody in who comes past the proxy, by an address of this machine", async () => {
  const get = await serve(PROXIED);
  expect(await get("POST", { Host: "127.0.0.1:3000", Origin: "http://127.0.0.1:3000" })).toBe("200 http://127.0.0.1:3000");
  expect(await get("POST", { Host: "evil.example", Origin: "http://evil.example" })).toMatch(/^403/);
});

it("believes a proxy's word about the scheme and the name only where proxies are believed", async () => {
  const forwarded = { Host: "10.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost" };
  expect(await (await serve())("GET", forwarded)).toBe("200 http://10.0.0.1");
  expect(await (await serve({ TIEBREAK_TRUST_PROXY: "1" }))("GET", forwarded)).toBe("200 https://localhost");
});

it("refuses what is no address", async () => {
  const get = await serve();
  expect(await get("GET", { Host: "not a host" })).toMatch(/^400/);
  expect(await get("GET", { Host: "localhost" }, "http://evil.example/")).toMatch(/^400/);
});

it.each([
  ["TIEBREAK_ORIGIN", "prefs.example.org"],
  ["TIEBREAK_ORIGIN", "ftp://prefs.example.org"],
  ["TIEBREAK_ORIGIN", "https://prefs.example.org/tiebreak"],
  ["TIEBREAK_TRUST_PROXY", "true"],
])("stops the start when %s is %s", async (name, value) => {
  await expect(serve({ [name]: value })).rejects.toThrow(new RegExp(`^${name} is ".*must be`));
});
