import { z } from "zod";
import { skipRequest, voteRequest, type SkipResponse, type VoteResponse } from "../schema";
import { CallError } from "./api";
import { keysWith, readJson, writeJson, type Store } from "./storage";

const itemSchema = z.object({
  id: z.uuid(),
  /** The tab that made it; other tabs send it only when that one seems to be gone. */
  tab: z.string(),
  /** Order of sending; milliseconds since 1970, made unique. */
  at: z.number(),
  /** What the person would call it, for messages: the beginning of the prompt. */
  title: z.string(),
  /** What it says, in words. */
  said: z.string().default(""),
  /** Why the server will not take it. Set when it answered so; left when the person tries again or lets go. */
  refusal: z.string().nullable(),
  send: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("vote"), body: voteRequest }),
    z.object({ kind: z.literal("skip"), body: skipRequest }),
  ]),
});
export type OutboxItem = z.infer<typeof itemSchema>;
type Answer = VoteResponse | SkipResponse;

/** What came of an item: what the server answered, or why it refused. */
export type Outcome = { answer: Answer } | { refusal: string };

export type OutboxState = {
  /** Answers not yet acknowledged, oldest first, without those refused. */
  waiting: OutboxItem[];
  refused: OutboxItem[];
  /** Why sending does not get on; null while it works. */
  trouble: { kind: "offline" | "signed-out" | "failed"; message: string } | null;
  /** Answers that only this page's memory holds, because the browser's storage is full or closed. */
  unkept: number;
};
export const EMPTY_OUTBOX: OutboxState = { waiting: [], refused: [], trouble: null, unkept: 0 };

/** Another tab's item is left to that tab for so long. */
const OTHER_TAB_MS = 15_000;
const parse = (value: unknown) => itemSchema.safeParse(value).data ?? null;

/** Milliseconds until the next try: doubles from half a second to half a minute. */
export const retryDelay = (tries: number): number => Math.min(30_000, 500 * 2 ** Math.min(tries, 10));

/**
 * Answers on their way to the server; one outbox per person and browser, shared by all tabs. Each answer is written to
 * the browser's storage before the next pair is shown, and leaves it only when the server has acknowledged or refused it,
 * so that no crash of tab, server or network loses one. It is sent oldest first, one at a time, and after every kind of
 * trouble again. Sending the same answer twice is harmless: a vote carries its idempotency key, and a pair is skipped once.
 */
export class Outbox {
  #state: OutboxState = EMPTY_OUTBOX;
  #listeners = new Set<() => void>();
  /** What the storage would not take. */
  #memory = new Map<string, OutboxItem>();
  #prefix: string;
  #outcomes = new Map<string, Outcome>();
  #waiters = new Map<string, ((outcome: Outcome) => void)[]>();
  /** When the server answered for each pair, in milliseconds since 1970. */
  #settledAt = new Map<string, number>();
  #inFlight: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #lastStamp = 0;

  constructor(
    private store: Store,
    userId: string,
    private tab: string,
    private post: (item: OutboxItem) => Promise<Answer>,
  ) {
    this.#prefix = `tiebreak:outbox:${userId}:`;
    this.#tell(null);
  }

  get state(): OutboxState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(item: Pick<OutboxItem, "id" | "title" | "said" | "send">): void {
    // Now, but later than the last one: they are sent in this order.
    this.#lastStamp = Math.max(Date.now(), this.#lastStamp + 1);
    this.#write({ ...item, tab: this.tab, at: this.#lastStamp, refusal: null });
    this.#tell(this.#state.trouble);
    void this.kick();
  }

  /** Takes an item back before it is sent. False when it is on its way or has arrived already. */
  cancel(id: string): boolean {
    if (this.#inFlight === id || !this.#has(id)) return false;
    this.discard(id);
    return true;
  }

  discard(id: string): void {
    this.#remove(id);
    this.#tell(this.#state.trouble);
  }

  /** Resolves when the server has acknowledged or refused the item. */
  outcome(id: string): Promise<Outcome> {
    const known = this.#outcomes.get(id);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), resolve]));
  }

  /** Whether an answer to this pair is still on its way. */
  holds(comparisonId: string): boolean {
    return this.#items().some(({ send, refusal }) => refusal === null && send.body.comparisonId === comparisonId);
  }

  /**
   * Whether this pair was answered here, as far as a reply to something asked at `asked` cannot know: its answer is
   * still on its way, or arrived only after that.
   */
  answeredSince(comparisonId: string, asked: number): boolean {
    return this.holds(comparisonId) || (this.#settledAt.get(comparisonId) ?? -Infinity) >= asked;
  }

  /** Sends now instead of at the next try. Called when the network or the person comes back. */
  async kick(): Promise<void> {
    if (this.#inFlight !== null) return;
    clearTimeout(this.#timer);
    for (let item = this.#next(); item; item = this.#next()) {
      if (!(await this.#send(item))) return this.#retryLater();
    }
    this.#tell(null);
    // What is left belongs to another tab, for the time being.
    if (this.#state.waiting.length > 0) this.#retryLater(OTHER_TAB_MS);
  }

  #next(): OutboxItem | undefined {
    const old = Date.now() - OTHER_TAB_MS;
    return this.#items().find((item) => item.refusal === null && (item.tab === this.tab || item.at < old));
  }

  async #send(item: OutboxItem): Promise<boolean> {
    this.#inFlight = item.id;
    try {
      this.#settle(item, { answer: await this.post(item) });
      return true;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.kind === "refused") {
        this.#settle(item, { refusal: error.message });
        return true;
      }
      this.#tell({ kind: error.kind, message: error.message });
      return false;
    } finally {
      this.#inFlight = null;
    }
  }

  #settle(item: OutboxItem, outcome: Outcome): void {
    this.#tries = 0;
    this.#settledAt.set(item.send.body.comparisonId, Date.now());
    if ("refusal" in outcome) this.#write({ ...item, refusal: outcome.refusal });
    else this.#remove(item.id);
    this.#outcomes.set(item.id, outcome);
    this.#waiters.get(item.id)?.forEach((resolve) => resolve(outcome));
    this.#waiters.delete(item.id);
    this.#tell(null);
  }

  #retryLater(ms = retryDelay(this.#tries++)): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.kick(), ms);
  }

  #write(item: OutboxItem): void {
    if (writeJson(this.store, this.#prefix + item.id, item)) this.#memory.delete(item.id);
    else this.#memory.set(item.id, item);
  }

  #remove(id: string): void {
    this.#memory.delete(id);
    this.store.removeItem(this.#prefix + id);
  }

  #has(id: string): boolean {
    return this.#memory.has(id) || this.store.getItem(this.#prefix + id) !== null;
  }

  /** Oldest first. Read from the storage each time, since other tabs write there too. */
  #items(): OutboxItem[] {
    const stored = keysWith(this.store, this.#prefix).map((key) => readJson(this.store, key, parse));
    const known = stored.filter((item) => item !== null && !this.#memory.has(item.id)) as OutboxItem[];
    return [...known, ...this.#memory.values()].sort((a, b) => a.at - b.at || a.id.localeCompare(b.id));
  }

  #tell(trouble: OutboxState["trouble"]): void {
    const items = this.#items();
    const waiting = items.filter((item) => item.refusal === null);
    this.#state = { waiting, refused: items.filter((item) => item.refusal !== null), trouble, unkept: this.#memory.size };
    this.#listeners.forEach((listener) => listener());
  }
}
