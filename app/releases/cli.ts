import type { Command } from "../cli";

const KEEP = "include|exclude";

export const command: Command = {
  name: "release",
  summary: "Make a release: an export of votes that trainers read as it is.",
  options: {
    pool: { value: "NAMES", help: "Pools to take votes from, with commas between them (all)." },
    out: { value: "DIR", help: "Folder to write the release to; it must not exist, or be empty.", required: true },
    name: { value: "TEXT", help: "Name in the dataset card (the date)." },
    rounds: { value: "LIST", help: "Rounds, such as 1,2 (all)." },
    from: { value: "DAY", help: "First day of answers, such as 2026-03-01, in UTC." },
    to: { value: "DAY", help: "Last day of answers, included." },
    strengths: { value: "LIST", help: "Of significantly_better, better, slightly_better, marginally_better (all)." },
    unstated: { value: KEEP, help: "Preferences without a strength (include; exclude with --strengths)." },
    deactivated: { value: KEEP, help: "Votes of people whose account is closed (exclude)." },
    "not-blind": { value: KEEP, help: "Votes of people who had opened the models or votes before (exclude)." },
    golds: { value: KEEP, help: "Gold comparisons (exclude)." },
    flagged: { value: KEEP, help: "Comparisons with an open flag (exclude)." },
    archived: { value: KEEP, help: "Archived comparisons, prompts and pools (exclude)." },
    "identity-leaks": { value: KEEP, help: "Responses that give their model away (include)." },
    "min-gold-accuracy": { value: "SHARE", help: "Least share of right gold answers of a person, 0 to 1 (none)." },
    aggregation: { value: "majority|votes", help: "One row by majority, or one row per vote (majority)." },
    pairs: { value: "LIST", help: "Of edited>chosen, chosen>rejected, edited>rejected (all)." },
    margins: { value: "TABLE", help: "llama2-small, llama2-large or none (llama2-small)." },
    validation: { value: "SHARE", help: "Share of prompts in validation (0.05)." },
    test: { value: "SHARE", help: "Share of prompts in test (0.05)." },
    seed: { value: "N", help: "Chooses the split (0)." },
    variants: { value: "LIST", help: "Of pairs, conversations, sft, llamafactory, axolotl-rm, or none (all)." },
    "no-parquet": { help: "Write JSON lines only." },
    "no-details": { help: "Leave ids, metadata, comments and reasons out of rows." },
    "no-pseudonyms": { help: "Leave annotators out of rows altogether." },
  },
  notes: [
    "The release is also listed on the Releases page. Ctrl-C cancels it and leaves nothing behind.",
    "Ends with 0 when it is written, 1 when it could not be made, 2 for wrong usage, 130 when stopped.",
    "Formats and options: docs/releasing.md",
  ].join("\n"),
  // The work itself reaches for the database as it loads; this description must not.
  run: async (input) => await (await import("./command-line.server")).run(input),
};
