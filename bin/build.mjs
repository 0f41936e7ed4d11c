// Everything that a start would do before it starts: packages, the database client, the application. Skips what stands.
import { buildApplication, prepare } from "./setup.mjs";

try {
  await prepare();
  await buildApplication();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}
