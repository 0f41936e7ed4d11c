// How a thread begins: the loader of the process does not reach into its threads.
import { register } from "tsx/esm/api";

register();
await import("./parquet-thread.ts");
