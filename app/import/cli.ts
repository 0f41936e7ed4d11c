import type { Command } from "../cli";

export const command: Command = {
  name: "import",
  summary: "Import prompts, responses, comparisons and votes from a JSONL, CSV or Parquet file.",
  positionals: ["FILE"],
  options: {
    pool: { value: "NAME", help: "The pool that the rows go into.", required: true },
    "create-pool": { help: "Make the pool, with default settings, if it does not exist." },
    votes: { value: "N", help: "With --create-pool: votes per comparison (1)." },
    pairs: { value: "RULE", help: "Pairs: of the responses of each row (row, default), or of all of a prompt (all, or random:N of them)." },
    seed: { value: "S", help: "Seed of random:N (0)." },
    round: { value: "N", help: "Round of the comparisons, where a row does not say its own (1)." },
    annotator: { value: "NAME", help: "Whose votes they are, where a row does not say (people who are not named)." },
    "unknown-fields": { value: "refuse|metadata", help: "Fields that no form knows: refuse the row (default), or keep them as metadata." },
    "dry-run": { help: "Say what would become of the file, and import nothing." },
    errors: { value: "FILE", help: "Write the bad rows here, one JSON object per line." },
  },
  notes: [
    "The same file again adds nothing; an import that was killed is carried on. Ctrl-C stops and keeps what is committed.",
    "Ends with 0 when every row is in, 1 when the import failed, 2 for wrong usage, 3 when some rows were bad, 130 when stopped.",
    "Formats and examples: docs/importing.md",
  ].join("\n"),
  // The work itself reaches for the database as it loads; this description must not.
  run: async (input) => await (await import("./command-line.server")).run(input),
};
