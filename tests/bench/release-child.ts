import { db, disconnect } from "../../app/database/client.server";
import { makeRelease } from "../support/releases";

/** Orders one release and waits for it, as a web process does, and prints what came out as the last line. */
// As in a server that runs: the first query loads Prisma's query compiler.
await db.user.count();
const started = performance.now();
const { outcome, release, manifest } = await makeRelease(JSON.parse(process.argv[2] ?? "{}"));
const seconds = (performance.now() - started) / 1000;
await disconnect();
const bytes = (manifest?.files ?? []).reduce((sum, file) => sum + file.bytes, 0);
console.log(JSON.stringify({ outcome, error: release.error, rows: manifest?.counts.rows ?? 0, seconds, bytes }));
