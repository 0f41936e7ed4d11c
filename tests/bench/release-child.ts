import { db, disconnect } from "../../app/database/client.server";
import { makeRelease } from "../support/releases";

/** Makes one release in a process of its own, so that its peak memory can be read, and prints what it took. */
const maxMb = () => process.resourceUsage().maxRSS / 1024;
// Node, the application and Prisma, whose query compiler is loaded by the first query: what is there before the first row.
await db.user.count();
const startMb = maxMb();
const before = process.cpuUsage();
const started = performance.now();
const { outcome, release, manifest } = await makeRelease(JSON.parse(process.argv[2] ?? "{}"));
const seconds = (performance.now() - started) / 1000;
await disconnect();
const bytes = (manifest?.files ?? []).reduce((sum, file) => sum + file.bytes, 0);
const { user, system } = process.cpuUsage(before);
const cpuSeconds = (user + system) / 1e6;
const rows = manifest?.counts.rows ?? 0;
console.log(JSON.stringify({ outcome, error: release.error, rows, seconds, cpuSeconds, peakMb: maxMb(), startMb, bytes }));
