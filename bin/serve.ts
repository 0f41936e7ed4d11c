// Serves the built application: the database first, then the pages. `npm run up` starts it; so can any process manager.
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { startEmbedded, stopEmbedded } from "../app/database/embedded.server";
import { migrate } from "../app/database/migrate.server";
import { env } from "../app/env.server";
import { log } from "../app/log.server";

/** What stands so far, last first to go. A signal in the middle of the start undoes just that. */
const undo: (() => Promise<unknown>)[] = [];
let stopping = false;

async function stop(code: number) {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 20_000).unref();
  for (const step of undo.reverse()) await step().catch((error: unknown) => log.error({ err: error }, "A step of stopping failed"));
  process.exit(code);
}

process.on("SIGTERM", () => void stop(0));
process.on("SIGINT", () => void stop(0));
process.on("disconnect", () => void stop(0));
process.on("unhandledRejection", (error) => log.error({ err: error }, "A promise failed and nobody was waiting for it"));

/** Lets open requests end, and cuts those that do not within three seconds. */
async function close(server: Server) {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 3000).unref();
  await closed;
}

async function start() {
  if (!env.DATABASE_URL) undo.push(stopEmbedded);
  const applied = await migrate(env.DATABASE_URL ?? (await startEmbedded()));
  if (applied.length > 0) log.info({ applied }, "The database was brought up to date");

  // These read their settings and the database's address when they load.
  const { disconnect } = await import("../app/database/client.server");
  undo.push(disconnect);
  if (env.TIEBREAK_SEED === "demo") await (await import("../seed/load")).seedDemo();
  const { createApp, listen } = await import("../app/server/app.server");
  const { startBackground } = await import("../app/server/background.server");
  const version = (await readFile("build/version.txt", "utf8").catch(() => "0")).trim();
  const build = await import(`${pathToFileURL(path.resolve("build/index.js")).href}?v=${version}`);

  const background = await startBackground();
  undo.push(background.stop);
  const server = listen(createApp(build), env.PORT, env.HOST);
  undo.push(() => close(server));
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const { port } = server.address() as AddressInfo;
  log.info({ address: `http://${env.HOST}:${port}` }, "Tiebreak is up");
  process.send?.({ ready: true, port });
}

start().catch(async (error: NodeJS.ErrnoException) => {
  log.fatal(
    error.code === "EADDRINUSE"
      ? `Port ${env.PORT} is taken. Choose another, such as: PORT=3001 npm run up`
      : (error.stack ?? error.message),
  );
  await stop(1);
});
