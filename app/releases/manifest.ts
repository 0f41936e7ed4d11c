import { createHash } from "node:crypto";
import { STRENGTHS, type Strength } from "../votes/strength";
import type { WrittenFile } from "./files.server";
import { SPLITS, type LeftOut, type ReleaseOptions, type Split, type Variant } from "./schema";
import { emptySplits } from "./splits";
import type { StageFigures } from "./staging.server";
import type { LengthRow } from "./statistics";

export const FORMAT = "tiebreak-release";
/** Rises when a reader of an older release folder would misread a new one. */
export const FORMAT_VERSION = 1;

/** Rows on which neither response is better; there only when there are some. */
export const TIES_FILE = "ties.jsonl";

export type Tally = { rows: number; edited: number };

export type Manifest = {
  format: typeof FORMAT;
  formatVersion: number;
  name: string;
  /** SHA-256 over the canonical JSON-lines files, and ties.jsonl where there is one: the same rows give the same hash, whatever the release is called. */
  contentHash: string;
  options: ReleaseOptions;
  counts: {
    rows: number;
    comparisons: number;
    votes: number;
    annotators: number;
    prompts: number;
    edited: number;
    /** Rows of ties.jsonl, which no other count has in it. Missing in releases from before there were ties. */
    ties?: number;
    /** Rows with tools, tool calls, names, or turns of a tool or developer. Missing in releases from before there were such. */
    extended?: number;
    splits: Partial<Record<Split, Tally>>;
    strengths: Partial<Record<Strength | "unstated", Tally>>;
    pools: Record<string, Tally>;
    rounds: Record<string, Tally>;
  };
  /** Votes and rows that the options keep out, by the first reason; rows that a format cannot hold, by format. */
  leftOut: {
    votes: Partial<Record<LeftOut, number>>;
    rows: Partial<Record<LeftOut, number>>;
    formats: Partial<Record<Variant, number>>;
  };
  statistics: {
    turnsPerDialogue: number;
    lengths: LengthRow;
    lengthsByPool: Record<string, LengthRow>;
    /** app/quality/agreement.ts, over all votes that the options let in; null when no comparison has two. */
    pairwiseAgreement: number | null;
    /** On how many of those votes it stands. Missing where it was over the votes behind the rows alone, without ties. */
    agreementVotes?: Part;
    /** How often the response on the left was preferred, among votes for a side that were given here, where sides were seen. */
    leftRate: number | null;
    /** How many of the votes those are. Missing where it was over the votes behind the rows alone, imported ones too. */
    leftVotes?: Part;
    identityLeaks: number;
    nearDuplicatePrompts: number;
  };
  files: WrittenFile[];
};

/** So many of so many votes. */
type Part = { counted: number; of: number };

export type Written = {
  files: WrittenFile[];
  lengths: LengthRow;
  lengthsByPool: Record<string, LengthRow>;
  unfit: Partial<Record<Variant, number>>;
};

export function makeManifest(name: string, options: ReleaseOptions, figures: StageFigures, written: Written): Manifest {
  const { rows, ties, extended, comparisons, votes, annotators, prompts, edited, agreement, groups } = figures;
  const by = (key: (group: StageFigures["groups"][number]) => string) => tally(groups, key);
  const strengths = by((group) => group.strength ?? "unstated");
  const levels = [...STRENGTHS, "unstated"].filter((level) => strengths[level]);
  return {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    name,
    contentHash: contentHash(written.files),
    options,
    counts: {
      ...{ rows, comparisons, votes, annotators, prompts, edited, ties, extended },
      splits: by((group) => group.split),
      strengths: Object.fromEntries(levels.map((level) => [level, strengths[level]])),
      pools: by((group) => group.pool),
      rounds: by((group) => String(group.round)),
    },
    leftOut: { votes: figures.leftOut, rows: figures.leftOutRows, formats: written.unfit },
    statistics: {
      turnsPerDialogue: share(
        groups.reduce((sum, group) => sum + group.turns, 0),
        rows,
      ),
      lengths: written.lengths,
      lengthsByPool: written.lengthsByPool,
      pairwiseAgreement: agreement.share === undefined ? null : share(agreement.share, 1),
      agreementVotes: { counted: agreement.compared, of: agreement.votes },
      leftRate: figures.sidedVotes ? share(figures.leftVotes, figures.sidedVotes) : null,
      leftVotes: { counted: figures.sidedVotes, of: agreement.votes },
      identityLeaks: figures.identityLeaks,
      nearDuplicatePrompts: figures.nearDuplicatePrompts,
    },
    files: written.files,
  };
}

/** Splits that were asked for and have no row, in words. */
export function emptySplitsOf({ options, counts }: Manifest): string | null {
  const rows = Object.fromEntries(SPLITS.map((split) => [split, counts.splits[split]?.rows]));
  return emptySplits(options, rows, counts.prompts);
}

const share = (part: number, of: number) => Math.round((part / of) * 1000) / 1000;

function tally(groups: StageFigures["groups"], key: (group: StageFigures["groups"][number]) => string): Record<string, Tally> {
  const tallies: Record<string, Tally> = {};
  for (const group of groups) {
    const sum = (tallies[key(group)] ??= { rows: 0, edited: 0 });
    sum.rows += group.rows;
    sum.edited += group.edited;
  }
  return tallies;
}

function contentHash(files: WrittenFile[]): string {
  const names = [...SPLITS.map((split) => `${split}.jsonl`), TIES_FILE];
  const canonical = names.flatMap((name) => files.filter((file) => file.path === name));
  const lines = canonical.map((file) => `${file.sha256}  ${file.path}\n`);
  return createHash("sha256")
    .update(`${FORMAT} ${FORMAT_VERSION}\n${lines.join("")}`)
    .digest("hex");
}
