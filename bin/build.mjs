// Everything that a start would do before it starts: packages, the database client, the application. Skips what stands.
import { buildApplication, prepare } from "./setup.mjs";

await prepare();
await buildApplication();
