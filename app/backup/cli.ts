import type { Command } from "../cli";

export const backup: Command = {
  name: "backup",
  summary: "Write database and files into one file, while Tiebreak runs or not.",
  positionals: ["FILE"],
  options: {},
  notes: [
    "Everything in it is of one moment; what was acknowledged before the command began is in it. Only you may read the file: it holds",
    "the hashes of passwords and the keys of endpoints. Not in it: logs, the worker's environment, and uploads that are not finished.",
  ].join("\n"),
  run: async (input) => await (await import("./command-line.server")).backup(input),
};

export const restore: Command = {
  name: "restore",
  summary: "Bring a backup into an empty data folder or database. Also one of an older version.",
  positionals: ["FILE"],
  options: {},
  notes: [
    "Into a new folder:   TIEBREAK_DATA_DIR=FOLDER npm run tiebreak -- restore FILE",
    "Into a new database: DATABASE_URL=postgresql://… npm run tiebreak -- restore FILE",
    "Into this folder, from a backup that a start made in backups/: stop Tiebreak, move postgres and postgres.json aside, then restore.",
  ].join("\n"),
  opensDatabase: true,
  run: async (input) => await (await import("./command-line.server")).restore(input),
};
