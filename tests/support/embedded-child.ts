import { startEmbedded, stopEmbedded } from "../../app/database/embedded.server";

// A process that starts the embedded database of its data folder and leaves it running, or stays, or stops it.
const [command] = process.argv.slice(2);
process.stdout.write(command === "stop" ? String(await stopEmbedded()) : await startEmbedded());
if (command === "stay") setInterval(() => undefined, 60_000);
else process.exit(0);
