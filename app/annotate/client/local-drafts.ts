import { z } from "zod";
import { draftContent, type Draft, type DraftContent } from "../schema";
import { keysWith, readJson, writeJson, type Store } from "./storage";

/**
 * Drafts as this browser keeps them, apart from the server's copy: written at once, so that a killed tab or a lost
 * network loses nothing. Each tab writes under its own name, so that no tab can overwrite another's.
 */
const localDraft = z.object({
  content: draftContent,
  /** The server's version that this work goes on from. */
  baseVersion: z.number().int().min(0),
  /** False once the server has the same. */
  unsaved: z.boolean(),
  at: z.number(),
});
export type LocalDraft = z.infer<typeof localDraft>;

const parse = (value: unknown) => localDraft.safeParse(value).data ?? null;
const KEPT_MS = 30 * 24 * 3_600_000;

export class LocalDrafts {
  #prefix: string;
  constructor(
    private store: Store,
    userId: string,
    private tab: string,
  ) {
    this.#prefix = `tiebreak:draft:${userId}:`;
  }

  /** False when the browser would not keep it. */
  write(comparisonId: string, draft: LocalDraft): boolean {
    return writeJson(this.store, this.#key(comparisonId, this.tab), draft);
  }

  /** The pair was answered or skipped: nothing of it is to come back. */
  remove(comparisonId: string): void {
    for (const key of keysWith(this.store, `${this.#prefix}${comparisonId}:`)) this.store.removeItem(key);
  }

  /** The newest unsaved work on a pair: this tab's own, or what a tab left that is gone. */
  unsaved(comparisonId: string): LocalDraft | null {
    const own = readJson(this.store, this.#key(comparisonId, this.tab), parse);
    if (own?.unsaved) return own;
    const others = keysWith(this.store, `${this.#prefix}${comparisonId}:`).map((key) => readJson(this.store, key, parse));
    const newer = others.filter((draft): draft is LocalDraft => draft?.unsaved === true && draft.at > (own?.at ?? 0));
    return newer.sort((a, b) => b.at - a.at)[0] ?? null;
  }

  /** Drops what has lain here for a month. */
  sweep(now: number): void {
    for (const key of keysWith(this.store, this.#prefix)) {
      const draft = readJson(this.store, key, parse);
      if (!draft || now - draft.at > KEPT_MS) this.store.removeItem(key);
    }
  }

  #key(comparisonId: string, tab: string) {
    return `${this.#prefix}${comparisonId}:${tab}`;
  }
}

export type Reconciled = { answer: DraftContent; version: number; theirs: Draft | null };

/**
 * What to show when a pair is opened that the server, this browser, or both have work on. Local work that goes on from
 * the server's version wins; when the server has moved on and says something else, the person decides (`theirs`).
 */
export function reconcile(server: Draft | null, local: LocalDraft | null, empty: DraftContent): Reconciled {
  const version = server?.version ?? 0;
  if (!local) return { answer: server?.content ?? empty, version, theirs: null };
  const samePlace = local.baseVersion === version || server === null || sameAnswer(local.content, server.content);
  return { answer: local.content, version, theirs: samePlace ? null : server };
}

/** Whether two drafts say the same, whatever time was spent on them. */
export function sameAnswer(a: DraftContent, b: DraftContent): boolean {
  const key = ({ activeMs: _, ...said }: DraftContent) => JSON.stringify(Object.entries(said).sort());
  return key(a) === key(b);
}
