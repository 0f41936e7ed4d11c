import { disconnect } from "../../app/database/client.server";
import { makeRelease } from "../support/releases";

/** Makes one release in a process of its own, so that its peak memory can be read, and prints what it took. */
const started = performance.now();
const { outcome, release, manifest } = await makeRelease(JSON.parse(process.argv[2] ?? "{}"));
const seconds = (performance.now() - started) / 1000;
await disconnect();
const bytes = (manifest?.files ?? []).reduce((sum, file) => sum + file.bytes, 0);
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1e6;
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ outcome, error: release.error, rows: manifest?.counts.rows ?? 0, seconds, cpuSeconds, peakMb, bytes }));
