import { z } from "zod";
import { skipRequest, voteRequest } from "../schema";
import { keysWith, readJson, writeJson, type Store } from "./storage";

/**
 * Answers on their way to the server. Each is written to the browser's storage before the next pair is shown, and
 * leaves it only when the server has acknowledged or refused it, so that no crash of tab, server or network loses one.
 * Sending the same answer twice is harmless: a vote carries its idempotency key, and a pair is skipped only once.
 */
const itemSchema = z.object({
  id: z.uuid(),
  /** The tab that made it; other tabs send it only when that one seems to be gone. */
  tab: z.string(),
  /** Order of sending; milliseconds since 1970, made unique. */
  at: z.number(),
  /** What the person would call it, for messages: the beginning of the prompt. */
  title: z.string(),
  /** Why the server will not take it. Set when it answered so; left when the person tries again or lets go. */
  refusal: z.string().nullable(),
  send: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("vote"), body: voteRequest }),
    z.object({ kind: z.literal("skip"), body: skipRequest }),
  ]),
});
export type OutboxItem = z.infer<typeof itemSchema>;

const parse = (value: unknown) => itemSchema.safeParse(value).data ?? null;

/** One per person and browser; all tabs share it. What the storage cannot take is kept in memory, and said so. */
export class Outbox {
  #memory = new Map<string, OutboxItem>();
  #prefix: string;
  constructor(
    private store: Store,
    userId: string,
  ) {
    this.#prefix = `tiebreak:outbox:${userId}:`;
  }

  add(item: OutboxItem): void {
    if (!writeJson(this.store, this.#prefix + item.id, item)) this.#memory.set(item.id, item);
    else this.#memory.delete(item.id);
  }

  remove(id: string): void {
    this.#memory.delete(id);
    this.store.removeItem(this.#prefix + id);
  }

  has(id: string): boolean {
    return this.#memory.has(id) || this.store.getItem(this.#prefix + id) !== null;
  }

  /** Oldest first. */
  items(): OutboxItem[] {
    const stored = keysWith(this.store, this.#prefix).map((key) => readJson(this.store, key, parse));
    const known = stored.filter((item) => item !== null && !this.#memory.has(item.id)) as OutboxItem[];
    return [...known, ...this.#memory.values()].sort((a, b) => a.at - b.at || a.id.localeCompare(b.id));
  }

  /** Answers that would be lost if the tab were closed now. */
  unkept(): number {
    return this.#memory.size;
  }
}

/** Milliseconds until the next try: doubles from half a second to half a minute. */
export const retryDelay = (tries: number): number => Math.min(30_000, 500 * 2 ** Math.min(tries, 10));
