import { STRENGTH_LABELS, type Strength } from "../votes/strength";
import { bytes, count, percent, plural } from "../ui/number";
import { TIES_FILE, emptySplitsOf, type Manifest, type Tally } from "./manifest";
import { LEFT_OUT, SPLITS, type LeftOut } from "./schema";
import type { Length, LengthRow } from "./statistics";

/**
 * README.md of a release: a dataset card whose header names the files and splits, so that load_dataset of the folder
 * needs no arguments, and whose tables are those of Llama 2 (arXiv 2307.09288, table 6) and Llama 3 (arXiv 2407.21783,
 * table 6). Everything in it comes from the manifest, so the same manifest gives the same card.
 */
export function datasetCard(manifest: Manifest): string {
  const sections = [
    header(manifest),
    overview(manifest),
    comparisons(manifest),
    quality(manifest),
    choices(manifest),
    files(manifest),
    LEGAL,
  ];
  return `${sections.join("\n\n")}\n`;
}

function header({ name, files }: Manifest): string {
  const config = (folder: string, extension: string) =>
    SPLITS.map((split) => ({ split, path: `${folder}${split}.${extension}` })).filter(({ path }) =>
      files.some((file) => file.path === path),
    );
  const parquet = config("", "parquet");
  const main = parquet.length > 0 ? parquet : config("", "jsonl");
  const list = main.map(({ split, path }) => `      - split: ${split}\n        path: ${path}`);
  return `---
pretty_name: ${JSON.stringify(name)}
license: other
tags:
  - preference
  - human-feedback
  - reward-model
  - dpo
configs:
  - config_name: default
    data_files:
${list.join("\n")}
---

# ${name}`;
}

function overview({ counts, contentHash }: Manifest): string {
  const splits = SPLITS.filter((split) => counts.splits[split]).map((split) => `${count(counts.splits[split]?.rows ?? 0)} ${split}`);
  return `Human preferences between two responses to the same prompt, collected with Tiebreak: ${plural(counts.rows, "row")} (${splits.join(", ")}) from
${plural(counts.votes, "vote")} by ${plural(counts.annotators, "person", "people")} on ${plural(counts.comparisons, "comparison")} of ${plural(counts.prompts, "prompt")}.
${plural(counts.edited, "row")} also ${counts.edited === 1 ? "carries" : "carry"} the chosen response as an annotator improved it: edited > chosen > rejected.${ties(counts)}${extended(counts)}

Content hash \`${contentHash}\`

\`\`\`python
from datasets import load_dataset

release = load_dataset("PATH/TO/THIS/FOLDER")
\`\`\``;
}

const ties = (counts: Manifest["counts"]) =>
  counts.ties ? `\nBeside them, \`${TIES_FILE}\` has ${plural(counts.ties, "row")} on which neither response is better.` : "";
const extended = (counts: Manifest["counts"]) =>
  counts.extended
    ? `\n${plural(counts.extended, "row")} ${counts.extended === 1 ? "has" : "have"} tools, tool calls, names, or turns of a tool or developer, as they were given. In Parquet, \`tool_calls\` and \`tools\` are JSON texts.`
    : "";

const table = (head: string[], rows: string[][]) =>
  [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function comparisons({ counts, statistics }: Manifest): string {
  const both = ({ words, bytes: size }: Length) => `${words} / ${Math.round(size / 4)}`;
  const line = (label: string, lengths: LengthRow) => [
    cell(label),
    count(lengths.rows),
    percent(lengths.rows, counts.rows),
    both(lengths.example),
    both(lengths.prompt),
    both(lengths.response),
  ];
  const pools = Object.entries(statistics.lengthsByPool).map(([pool, lengths]) => line(pool, lengths));
  return `## Comparisons

${table(["Pool", "Rows", "Share", "Per example", "Per prompt", "Per response"], [...pools, line("**All**", statistics.lengths)])}

Lengths are means, as words / tokens. Words are runs of characters between white space; tokens are estimated as UTF-8 bytes divided by four,
since no tokenizer belongs to the data. An example is the whole dialogue with both responses, a prompt its last user turn, a response the mean of
the two. Turns per dialogue: ${statistics.turnsPerDialogue}.

${tallies("Strength", Object.entries(counts.strengths), (level) => (level === "unstated" ? "None stated" : STRENGTH_LABELS[level as Strength]), counts.rows)}

${tallies("Round", Object.entries(counts.rounds), (round) => round, counts.rows)}`;
}

const tallies = (what: string, entries: [string, Tally][], label: (key: string) => string, rows: number) =>
  table(
    [what, "Rows", "Share", "Edited"],
    entries.map(([key, tally]) => [cell(label(key)), count(tally.rows), percent(tally.rows, rows), percent(tally.edited, tally.rows)]),
  );

function quality({ counts, statistics }: Manifest): string {
  const { pairwiseAgreement, agreementVotes, leftRate, leftVotes, lengths, identityLeaks, nearDuplicatePrompts } = statistics;
  const of = (part: typeof leftVotes) => (part ? `, ${count(part.counted)} of ${plural(part.of, "vote")}` : "");
  const rows = [
    [
      "Two votes on one comparison give the same answer: A, B or neither",
      pairwiseAgreement === null ? "no comparison has two votes" : `${percent(pairwiseAgreement, 1)}${of(agreementVotes)}`,
    ],
    ["The response shown on the left is preferred", leftRate === null ? "not recorded" : `${percent(leftRate, 1)}${of(leftVotes)}`],
    ["The chosen response is the longer one", percent(lengths.chosenLonger, 1)],
    ["Rows in which a response gives its model away", `${count(identityLeaks)} (${percent(identityLeaks, counts.rows)})`],
    ["Prompts that another one nearly repeats", `${count(nearDuplicatePrompts)} (${percent(nearDuplicatePrompts, counts.prompts)})`],
  ];
  return `## Quality

${table(["What", "How much"], rows)}

The first two are over all votes that the options let in, also those on comparisons that made no row. Agreement leaves out votes that are alone on
their comparison; each comparison with two votes or more weighs the same. The left side leaves out ties, and imported votes, whose sides nobody saw.

Two prompts nearly repeat each other when their first user turns are equal but for case, spaces and punctuation. Such prompts, and all turns of one
dialogue, are in the same split.`;
}

function choices(manifest: Manifest): string {
  const { options, leftOut } = manifest;
  const empty = emptySplitsOf(manifest);
  const listed = (counts: Partial<Record<LeftOut, number>>) =>
    (Object.entries(counts) as [LeftOut, number][]).map(([reason, number]) => `- ${LEFT_OUT[reason]}: ${count(number)}`);
  const formats = Object.entries(leftOut.formats).map(
    ([format, number]) => `- not in \`${format}/\`, which cannot hold such dialogues: ${plural(number, "pair")}`,
  );
  const made =
    options.aggregation === "majority"
      ? "Each comparison is one row: the answer with more votes than each other (one side, the other, or neither) is taken, and comparisons without such an answer are left out. The strength is the median of the winning side's, the edit is from its strongest and newest vote."
      : "Each vote is one row. `votes` and `agreement` say how many votes the comparison has here, and which share of them agrees.";
  const margins =
    options.margins === "none"
      ? "There is no `margin` column."
      : `\`margin\` follows Llama 2's table (${options.margins}); rows without a stated strength have 0. TRL's RewardTrainer uses the column whenever it is there.`;
  const list = [...listed(leftOut.votes), ...listed(leftOut.rows), ...formats];
  return `## How it was made

${made} ${margins}
Prompts were split by a hash of their text and the seed ${options.seed}: ${percent(options.validation, 1)} validation, ${percent(options.test, 1)} test.${empty ? ` ${empty}` : ""}

Left out, by votes or rows:

${list.length > 0 ? list.join("\n") : "- nothing"}`;
}

function files({ files: written }: Manifest): string {
  return `## Files

${table(
  ["File", "Rows", "Size", "SHA-256"],
  written.map((file) => [`\`${file.path}\``, file.rows ? count(file.rows) : "", bytes(file.bytes), `\`${file.sha256}\``]),
)}`;
}

const LEGAL = `## Licence and consent

The header says \`license: other\` because only you know the terms: of the prompts, of the models whose responses these are (some
forbid training other models on them), and of what the annotators agreed to. Fill it in before the data leaves your organisation.
Annotators appear as pseudonyms or not at all; their votes, edits, comments and prompts can still say something about them. Read before you publish.`;
