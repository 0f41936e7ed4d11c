// Imports one file into a fresh pool in a process of its own, so that its peak memory is the import's.
import { createReadStream } from "node:fs";
import { COMMAND_LINE } from "../../app/audit/commands.server";
import { db, disconnect } from "../../app/database/client.server";
import { createImport } from "../../app/import/commands.server";
import { receiveFile } from "../../app/import/files.server";
import { runImport } from "../../app/import/run.server";
import { createPool } from "../../app/pools/commands.server";

const [file = ""] = process.argv.slice(2);
const pool = await createPool(COMMAND_LINE, { name: `Bench ${Date.now()}` });
const received = await receiveFile(createReadStream(file));
const before = process.resourceUsage().maxRSS / 1024;
const started = performance.now();
const { id } = await createImport(COMMAND_LINE, { poolId: pool.id, fileName: "rows.jsonl", options: {}, file: received });
const outcome = await runImport(id, new AbortController().signal);
const seconds = (performance.now() - started) / 1000;
const { comparisonsAdded, badRows } = await db.importRun.findUniqueOrThrow({ where: { id } });
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ outcome, comparisonsAdded, badRows, seconds, peakMb, startMb: before }));
await disconnect();
