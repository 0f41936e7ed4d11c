import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { ServerBuild } from "@remix-run/node";
import { expect, it, onTestFinished, vi } from "vitest";
import { futureFlags } from "../../tests/support/future-flags";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;
const ORIGIN = "https://prefs.example.org";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The application with the documented settings, around one route. */
async function startTiebreak(): Promise<number> {
  vi.stubEnv("TIEBREAK_ORIGIN", ORIGIN);
  vi.stubEnv("TIEBREAK_TRUST_PROXY", "1");
  vi.resetModules();
  const { createApp, listen } = await import("./app.server");
  const { publicOrigin } = await import("../http/origin.server");
  let goOn = () => {};
  const loader = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("data: first\n\n"));
          goOn = () => (controller.enqueue(new TextEncoder().encode("data: second\n\n")), controller.close());
        },
      }),
      { headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" } },
    );
  const action = async ({ request: asked }: { request: Request }) => {
    await asked.arrayBuffer();
    goOn();
    return new Response(publicOrigin(asked), { headers: { "Set-Cookie": "session=1; HttpOnly" } });
  };
  const build = {
    entry: { module: { default: () => new Response("a page") } },
    routes: { "routes/thing": { id: "routes/thing", path: "thing", module: { loader, action } } },
    assets: { entry: { imports: [], module: "" }, routes: {}, url: "", version: "" },
    future: await futureFlags(),
    publicPath: "/build/",
    assetsBuildDirectory: "public/build",
    isSpaMode: false,
  } as unknown as ServerBuild;
  const server = listen(createApp(build), 0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });
  return (server.address() as AddressInfo).port;
}

/** nginx as it comes: nothing is set but where it passes requests on to. */
async function startNginx(upstream: number): Promise<number> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), "tiebreak-nginx-"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  writeFileSync(
    path.join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${upstream}; } } }`,
  );
  const nginx = spawn("nginx", ["-p", folder, "-e", `${folder}/error.log`, "-c", path.join(folder, "nginx.conf")], { stdio: "ignore" });
  onTestFinished(() => void nginx.kill());
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/healthz-of-nobody`)).ok).toBe(true), 10_000);
  return port;
}

const ask = (port: number, method: string, headers: Record<string, string> = {}, body?: Buffer) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request({ port, method, path: "/thing", headers: { Host: "prefs.example.org", ...headers } }, resolve);
    asked.on("error", reject).end(body);
  });

/** Needs nginx on the machine; without it the test is reported as skipped. */
it.skipIf(!hasNginx)("works behind nginx with nginx's own defaults", async () => {
  const port = await startNginx(await startTiebreak());
  const form = { Origin: ORIGIN, "Sec-Fetch-Site": "same-origin" };

  const stream = await ask(port, "GET");
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  // The second piece is written only once the first has arrived.
  expect(String((await pieces.next()).value)).toBe("data: first\n\n");

  const answer = await ask(port, "POST", form);
  expect([answer.statusCode, await text(answer), answer.headers["set-cookie"]]).toEqual([200, ORIGIN, ["session=1; HttpOnly; Secure"]]);
  expect(String((await pieces.next()).value)).toBe("data: second\n\n");

  expect((await ask(port, "POST", { ...form, Origin: "https://evil.example" })).statusCode).toBe(403);
  const large = await ask(port, "POST", form, Buffer.alloc(2_000_000));
  expect([large.statusCode, large.headers["content-type"]]).toEqual([413, "text/html"]);
});
