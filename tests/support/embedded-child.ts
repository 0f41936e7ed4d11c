import { startEmbedded, stopEmbedded } from "../../app/database/embedded.server";

// A process that starts the embedded database of its data folder, or stops it, and says where it is.
const [command] = process.argv.slice(2);
process.stdout.write(command === "stop" ? String(await stopEmbedded()) : await startEmbedded());
process.exit(0);
