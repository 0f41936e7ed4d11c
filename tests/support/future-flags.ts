import path from "node:path";

type Config = { default: { future: Record<string, boolean> } };

/** The compiler's flags, which a build hands over to the server. */
export const futureFlags = async () => ((await import(path.resolve("remix.config.js"))) as Config).default.future;
