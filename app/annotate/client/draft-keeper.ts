import type { Draft, DraftContent, DraftResponse } from "../schema";
import { CallError } from "./api";
import { sameAnswer, type LocalDrafts } from "./local-drafts";

const LOCAL_MS = 150;
const SERVER_MS = 800;
const RETRY_MS = 5_000;

/** saved: the server has it. saving: soon or now on its way. kept: this browser has it, the server does not answer. unkept: neither. */
export type DraftStatus = "none" | "saving" | "saved" | "kept" | "unkept";

export type Work = { comparisonId: string; leaseId: string | undefined; content: DraftContent; version: number };
type Post = (work: Work) => Promise<DraftResponse>;
export type DraftEvents = {
  status: (status: DraftStatus) => void;
  saved: (comparisonId: string, version: number) => void;
  conflict: (comparisonId: string, theirs: Draft | null) => void;
};

/**
 * Saves the work on one pair as it is typed: to this browser within 150 ms, to the server within a second. One save is
 * on its way at a time, so versions never cross; what changes meanwhile goes with the next.
 */
export class DraftKeeper {
  #work: Work | null = null;
  #lastSaved: DraftContent;
  #localTimer: ReturnType<typeof setTimeout> | undefined;
  #serverTimer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;
  #closed = false;

  constructor(
    private local: LocalDrafts,
    private post: Post,
    private events: DraftEvents,
    saved: DraftContent,
  ) {
    this.#lastSaved = saved;
  }

  /** The work as it stands now. Cheap: call it on every change. */
  note(work: Work): void {
    this.#work = { ...work, version: Math.max(work.version, this.#work?.version ?? 0) };
    if (this.#closed || sameAnswer(work.content, this.#lastSaved)) return;
    this.events.status("saving");
    this.#localTimer ??= setTimeout(() => this.writeLocal(), LOCAL_MS);
    this.#serverTimer ??= setTimeout(() => void this.#save(), SERVER_MS);
  }

  /** Also called when the page is hidden, which may be the last that it hears. */
  writeLocal(unsaved = true): boolean {
    clearTimeout(this.#localTimer);
    this.#localTimer = undefined;
    const work = this.#work;
    if (!work || this.#closed || (unsaved && sameAnswer(work.content, this.#lastSaved))) return true;
    return this.local.write(work.comparisonId, { content: work.content, baseVersion: work.version, unsaved, at: Date.now() });
  }

  /** The pair was answered, skipped or left: no timer of this pair may fire any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#localTimer);
    clearTimeout(this.#serverTimer);
  }

  async #save(): Promise<void> {
    this.#serverTimer = undefined;
    if (this.#sending || this.#closed || !this.#work) return;
    const sent = this.#work;
    this.#sending = true;
    try {
      const { version } = await this.post(sent);
      this.#saved(sent, version);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#failed(sent, error);
    } finally {
      this.#sending = false;
    }
  }

  #saved(sent: Work, version: number): void {
    this.#lastSaved = sent.content;
    if (this.#closed) return;
    this.#work = { ...this.#work!, version };
    this.events.saved(sent.comparisonId, version);
    const current = sameAnswer(this.#work.content, sent.content);
    this.writeLocal(!current);
    this.events.status(current ? "saved" : "saving");
    if (!current) this.#serverTimer ??= setTimeout(() => void this.#save(), SERVER_MS);
  }

  #failed(sent: Work, error: CallError): void {
    if (this.#closed) return;
    if (error.kind === "refused") {
      if (error.status === 409) this.events.conflict(sent.comparisonId, (error.detail.draft as Draft | null) ?? null);
      this.events.status(this.writeLocal() ? "kept" : "unkept");
      return;
    }
    this.events.status(this.writeLocal() ? "kept" : "unkept");
    this.#serverTimer ??= setTimeout(() => void this.#save(), RETRY_MS);
  }
}
