import { createHash } from "node:crypto";
import { choosePairs, pairKey, pairsOfRow } from "./pairs";
import { UNNAMED } from "./plan-votes.server";
import type { PreparedRow } from "./prepare.server";
import type { ImportOptions } from "./schema";

/** What will come of a file as far as the file alone tells: what the pool holds already is not known here. */
export type FileCounts = { rows: number; bad: number; prompts: number; responses: number; comparisons: number; votes: number };

/** Above so many different things a file is only known to have at least as many. */
const MOST = 4_000_000;

/** 52 bits of SHA-256: among a few million things, two with the same number are less likely than one in a hundred. */
const numberOf = (...parts: string[]) => Number.parseInt(createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 13), 16);

/** Counts what the rows of a file make, each prompt, response, comparison and named vote once. */
export class Tally {
  private readonly prompts = new Set<number>();
  private readonly responses = new Set<number>();
  private readonly comparisons = new Set<number>();
  private readonly named = new Set<number>();
  private readonly byPrompt = new Map<string, { key: string; hash: string }[]>();
  private unnamed = 0;

  constructor(private readonly options: ImportOptions) {}

  /** Whether there is more than this counts. */
  get isFull(): boolean {
    return this.responses.size + this.comparisons.size + this.named.size > MOST;
  }

  add({ prompt: { contentHash }, responses, votes }: PreparedRow): void {
    this.prompts.add(numberOf(contentHash));
    const keys = responses.map(({ model, hash }) => `${model}\n${hash}`);
    for (const [index, key] of keys.entries()) this.addResponse(contentHash, key, responses[index]?.hash ?? "");
    const pairs = pairsOfRow(this.options.pairs, responses);
    for (const [first, second] of pairs) this.comparisons.add(numberOf(contentHash, pairKey(keys[first] ?? "", keys[second] ?? "")));
    if (pairs.length === 0) return;
    for (const vote of votes) {
      const name = vote.annotator ?? this.options.annotator ?? UNNAMED;
      if (name === UNNAMED) this.unnamed += 1;
      else this.named.add(numberOf(name, contentHash, pairKey(keys[0] ?? "", keys[1] ?? "")));
    }
  }

  private addResponse(prompt: string, key: string, hash: string): void {
    const number = numberOf(prompt, key);
    if (this.responses.has(number)) return;
    this.responses.add(number);
    if (this.options.pairs.rule === "row") return;
    const known = this.byPrompt.get(prompt);
    if (known) known.push({ key, hash });
    else this.byPrompt.set(prompt, [{ key, hash }]);
  }

  /** Call it once, at the end: pairs across rows are made here, as pair-prompts.server.ts makes them. */
  counts(): Omit<FileCounts, "rows" | "bad"> {
    for (const [prompt, responses] of this.byPrompt)
      for (const [first, second] of choosePairs(this.options.pairs, prompt, responses))
        this.comparisons.add(numberOf(prompt, pairKey(responses[first]?.key ?? "", responses[second]?.key ?? "")));
    const { prompts, responses, comparisons, named, unnamed } = this;
    return { prompts: prompts.size, responses: responses.size, comparisons: comparisons.size, votes: named.size + unnamed };
  }
}
