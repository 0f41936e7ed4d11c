import type { SkipResponse, VoteResponse } from "../schema";
import { CallError } from "./api";
import { retryDelay, type Outbox, type OutboxItem } from "./outbox";

/** What came of an item: what the server answered, or why it refused. */
export type Outcome = { answer: VoteResponse | SkipResponse } | { refusal: string };

export type SenderState = {
  /** Answers not yet acknowledged, without those refused. */
  waiting: number;
  refused: OutboxItem[];
  /** Why sending stands still; null while it works. */
  trouble: { kind: "offline" | "signed-out" | "failed"; message: string } | null;
  /** Answers that only this page's memory holds, because the browser's storage is full or closed. */
  unkept: number;
};

/** Another tab's item is left to that tab for so long. */
const OTHER_TAB_MS = 15_000;

/** Sends the outbox, oldest first, one at a time, until it is empty; goes on by itself after every kind of trouble. */
export class Sender {
  #state: SenderState;
  #listeners = new Set<() => void>();
  #outcomes = new Map<string, Outcome>();
  #waiters = new Map<string, ((outcome: Outcome) => void)[]>();
  /** When the server answered for each pair, in milliseconds since 1970. */
  #settledAt = new Map<string, number>();
  #inFlight: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  constructor(
    private outbox: Outbox,
    private tab: string,
    private post: (item: OutboxItem) => Promise<VoteResponse | SkipResponse>,
  ) {
    this.#state = this.#look(null);
  }

  get state(): SenderState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(item: OutboxItem): void {
    this.outbox.add(item);
    this.#tell(this.#state.trouble);
    void this.kick();
  }

  /** Takes an item back before it is sent. False when it is on its way or has arrived already. */
  cancel(id: string): boolean {
    if (this.#inFlight === id || !this.outbox.has(id)) return false;
    this.discard(id);
    return true;
  }

  discard(id: string): void {
    this.outbox.remove(id);
    this.#tell(this.#state.trouble);
  }

  /** Resolves when the server has acknowledged or refused the item. */
  outcome(id: string): Promise<Outcome> {
    const known = this.#outcomes.get(id);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), resolve]));
  }

  /**
   * Whether this pair was answered here, as far as a reply to something asked at `asked` cannot know: its answer is
   * still on its way, or arrived only after that.
   */
  answeredSince(comparisonId: string, asked: number): boolean {
    const waiting = this.outbox.items().some(({ send, refusal }) => refusal === null && send.body.comparisonId === comparisonId);
    return waiting || (this.#settledAt.get(comparisonId) ?? -Infinity) >= asked;
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
    if (this.outbox.items().some((item) => item.refusal === null)) this.#retryLater(OTHER_TAB_MS);
  }

  #next(): OutboxItem | undefined {
    const old = Date.now() - OTHER_TAB_MS;
    return this.outbox.items().find((item) => item.refusal === null && (item.tab === this.tab || item.at < old));
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
    if ("refusal" in outcome) this.outbox.add({ ...item, refusal: outcome.refusal });
    else this.outbox.remove(item.id);
    this.#outcomes.set(item.id, outcome);
    this.#waiters.get(item.id)?.forEach((resolve) => resolve(outcome));
    this.#waiters.delete(item.id);
    this.#tell(null);
  }

  #retryLater(ms = retryDelay(this.#tries++)): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.kick(), ms);
  }

  #tell(trouble: SenderState["trouble"]): void {
    this.#state = this.#look(trouble);
    this.#listeners.forEach((listener) => listener());
  }

  #look(trouble: SenderState["trouble"]): SenderState {
    const items = this.outbox.items();
    const refused = items.filter((item) => item.refusal !== null);
    return { waiting: items.length - refused.length, refused, trouble, unkept: this.outbox.unkept() };
  }
}
