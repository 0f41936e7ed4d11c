import { z } from "zod";
import { draftContent, type Draft, type DraftContent, type DraftResponse } from "../schema";
import { EMPTY_ANSWER, sameAnswer } from "./answer";
import { CallError } from "./api";
import { keysWith, readJson, writeJson, type Store } from "./storage";

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

/**
 * Drafts as this browser keeps them, apart from the server's copy: written at once, so that a killed tab or a lost
 * network loses nothing. Each tab writes under its own name, so that no tab can overwrite another's.
 */
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

/**
 * What to show when a pair is opened that the server, this browser, or both have work on. Local work that goes on from
 * the server's version wins; when the server has moved on and says something else, the person decides (`theirs`).
 */
export function reconcile(
  server: Draft | null,
  local: LocalDraft | null,
  empty: DraftContent = EMPTY_ANSWER,
): { answer: DraftContent; theirs: Draft | null } {
  if (!local) return { answer: server?.content ?? empty, theirs: null };
  const goesOn = !server || local.baseVersion === server.version || sameAnswer(local.content, server.content);
  return { answer: local.content, theirs: goesOn ? null : server };
}

const LOCAL_MS = 150;
const SERVER_MS = 800;
const RETRY_MS = 5_000;

/** saved: the server has it. saving: soon or now on its way. kept: this browser has it, the server does not answer. unkept: neither. */
export type DraftStatus = "none" | "saving" | "saved" | "kept" | "unkept";

export type Work = { comparisonId: string; leaseId: string | undefined; content: DraftContent };
type Post = (work: Work, baseVersion: number) => Promise<DraftResponse>;
export type DraftEvents = {
  status: (status: DraftStatus) => void;
  saved: (comparisonId: string, draft: Pick<Draft, "version" | "updatedAt" | "content">) => void;
  conflict: (comparisonId: string, theirs: Draft | null) => void;
};

/**
 * Saves the work on one pair as it is typed: to this browser within 150 ms, to the server within a second. One save is
 * on its way at a time, so versions never cross; what changes meanwhile goes with the next.
 */
export class DraftKeeper {
  #work: Work | null = null;
  /** What the server has, as far as this tab knows. */
  #base: { version: number; content: DraftContent };
  #localTimer: ReturnType<typeof setTimeout> | undefined;
  #serverTimer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;
  #closed = false;
  #undecided = false;
  /** A save may have arrived whose answer was lost, so the server may have something else than #base. */
  #unsure = false;
  /** This browser's copy says that something is unsaved. Unknown until there is work: an earlier sight of the pair may have left one. */
  #keptUnsaved: boolean | undefined;

  constructor(
    private local: LocalDrafts,
    private post: Post,
    private events: DraftEvents,
    base: Draft | null,
    /** What an unsaved pair says. */
    empty: DraftContent = EMPTY_ANSWER,
  ) {
    this.#base = base ?? { version: 0, content: empty };
  }

  /** The server's version is another one now: this tab's last save, or the version of another tab that was settled with. */
  rebase(draft: Draft | null): void {
    if (draft && draft.version > this.#base.version) this.#base = draft;
  }

  /**
   * The work as it is now. Cheap: call it on every change. While the person has to choose between two versions
   * (`undecided`), it is kept in this browser and not sent.
   */
  note(work: Work, undecided = false): void {
    this.#work = work;
    this.#undecided = undecided;
    this.#keptUnsaved ??= this.local.unsaved(work.comparisonId) !== null;
    if (this.#closed || (this.#isSaved() && !this.#keptUnsaved)) return;
    if (!undecided) this.events.status("saving");
    this.#localTimer ??= setTimeout(() => this.writeLocal(), LOCAL_MS);
    this.#serverTimer ??= setTimeout(() => void this.#save(), SERVER_MS);
  }

  /** Also called when the page is hidden, which may be the last that it hears. False when the browser would not keep it. */
  writeLocal(): boolean {
    clearTimeout(this.#localTimer);
    this.#localTimer = undefined;
    const work = this.#work;
    const unsaved = !this.#isSaved();
    if (!work || this.#closed || (!unsaved && !this.#keptUnsaved)) return true;
    this.#keptUnsaved = unsaved;
    return this.local.write(work.comparisonId, { content: work.content, baseVersion: this.#base.version, unsaved, at: Date.now() });
  }

  #isSaved(): boolean {
    return !this.#unsure && (!this.#work || sameAnswer(this.#work.content, this.#base.content));
  }

  /** The pair was answered, skipped or left: no timer of this pair may fire any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#localTimer);
    clearTimeout(this.#serverTimer);
  }

  async #save(): Promise<void> {
    this.#serverTimer = undefined;
    if (this.#sending || this.#closed || this.#undecided || !this.#work) return;
    const sent = this.#work;
    this.#sending = true;
    try {
      this.#saved(sent, await this.post(sent, this.#base.version));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#failed(sent, error);
    } finally {
      this.#sending = false;
    }
  }

  #saved(sent: Work, { version, updatedAt }: DraftResponse): void {
    if (this.#closed) return;
    this.#base = { version, content: sent.content };
    this.#unsure = false;
    this.events.saved(sent.comparisonId, { version, updatedAt, content: sent.content });
    this.writeLocal();
    this.events.status(this.#isSaved() ? "saved" : "saving");
    if (!this.#isSaved()) this.#serverTimer ??= setTimeout(() => void this.#save(), SERVER_MS);
  }

  #failed(sent: Work, error: CallError): void {
    if (this.#closed) return;
    this.#unsure ||= error.kind !== "refused";
    this.events.status(this.writeLocal() ? "kept" : "unkept");
    if (error.kind !== "refused") this.#serverTimer ??= setTimeout(() => void this.#save(), RETRY_MS);
    else if (error.status === 409) this.events.conflict(sent.comparisonId, (error.detail.draft as Draft | null) ?? null);
  }
}
