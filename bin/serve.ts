// Serves the built application: the database first, then the pages. `npm run up` starts it; so can any process manager.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { explain } from "../app/explain.server";

/** What stands so far, last first to go. A signal in the middle of the start undoes just that. */
const undo: (() => Promise<unknown>)[] = [];
let stopping = false;

async function stop(code: number) {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 20_000).unref();
  for (const step of undo.reverse()) await step().catch((error: unknown) => complain(error, "A step of stopping failed"));
  process.exit(code);
}

process.on("SIGTERM", () => void stop(0));
process.on("SIGINT", () => void stop(0));
process.on("disconnect", () => void stop(0));
process.on("uncaughtException", (error) => void complain(error, "The web application failed").finally(() => stop(1)));
process.on("unhandledRejection", (error) => complain(error, "A promise failed and nobody was waiting for it"));

/** The settings are read when the log is loaded, and may themselves be what is wrong. */
const loadLog = () => import("../app/log.server").then(({ log }) => log, () => undefined); // prettier-ignore
const complain = async (error: unknown, what: string) => (await loadLog())?.error({ err: error }, what);

/** Lets open requests end, and cuts those that do not within three seconds. */
async function close(server: Server) {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 3000).unref();
  await closed;
}

const listening = (server: Server) => new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));

/** A port that cannot be had is found out before anything else is begun. */
async function requirePort(port: number, host: string) {
  const probe = createServer().listen(port, host);
  await listening(probe);
  await close(probe);
}

async function start() {
  const { env } = await import("../app/env.server");
  const { onSay } = await import("../app/say.server");
  (await import("../app/server/console.server")).captureConsole();
  onSay((text) => process.send?.({ say: text }));
  await requirePort(env.PORT, env.HOST);
  const { openDatabase } = await import("../app/database/open.server");
  const { keepEmbedded, stopEmbedded } = await import("../app/database/embedded.server");
  if (!env.DATABASE_URL) undo.push(stopEmbedded);
  const url = await openDatabase();
  // What this process has opened holds the address of the start; whoever started it starts it again.
  if (!env.DATABASE_URL) keepEmbedded(url, () => void stop(1));

  // These read their settings and the database's address when they load.
  const { disconnect } = await import("../app/database/client.server");
  undo.push(disconnect);
  const newAccounts = env.TIEBREAK_SEED === "demo" && (await (await import("../seed/load")).seedDemo());
  await serve(env, { newAccounts, code: await firstAdminCode() });
}

/** What an instance without an admin asks for at /setup. */
async function firstAdminCode(): Promise<string | undefined> {
  const { hasAdmin } = await import("../app/auth/commands.server");
  const { forgetSetupCode, setupCode, setupCodeFile } = await import("../app/auth/setup-code.server");
  if (await hasAdmin()) return void (await forgetSetupCode());
  (await loadLog())?.info(`There is no admin yet. The first is made at /setup with the code in ${setupCodeFile()}`);
  return await setupCode();
}

async function serve({ PORT, HOST }: { PORT: number; HOST: string }, toSay: { newAccounts: boolean; code: string | undefined }) {
  const { createApp, listen } = await import("../app/server/app.server");
  const { startBackground } = await import("../app/server/background.server");
  const version = (await readFile("build/version.txt", "utf8").catch(() => "0")).trim();
  const build = await import(`${pathToFileURL(path.resolve("build/index.js")).href}?v=${version}`);

  const background = await startBackground();
  undo.push(background.stop);
  const server = listen(createApp(build), PORT, HOST);
  undo.push(() => close(server));
  await listening(server);
  const { port } = server.address() as AddressInfo;
  (await loadLog())?.info({ address: `http://${HOST}:${port}` }, "Tiebreak is up");
  process.send?.({ ready: true, port, ...toSay });
}

start().catch(async (error: unknown) => {
  const sentence = explain(error) ?? `Tiebreak could not start: ${(error as Error).message}`;
  (await loadLog())?.fatal({ err: error }, sentence);
  if (process.send) process.send({ failed: sentence });
  else process.stderr.write(`${sentence}\n`);
  await stop(1);
});
