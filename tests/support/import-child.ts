import { disconnect } from "../../app/database/client.server";
import { runImport } from "../../app/import/run.server";

/** Does one queued import in a process of its own, which may be given limits. */
const outcome = await runImport(process.argv[2] ?? "", new AbortController().signal);
await disconnect();
console.log(outcome ?? "not claimed");
