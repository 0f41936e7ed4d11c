import { claimRunById } from "../../app/background/queue.server";
import { executeRun } from "../../app/background/runner.server";
import { disconnect } from "../../app/database/client.server";
import { releaseWork } from "../../app/releases/work.server";

/** Makes one queued release, as the runner of a web process does. */
const run = await claimRunById("Release", process.argv[2] ?? "");
const outcome = run && (await executeRun(releaseWork, run, { stop: new AbortController().signal }));
await disconnect();
console.log(outcome ?? "not claimed");
