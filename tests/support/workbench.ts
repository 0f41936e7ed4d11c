import { EMPTY_ANSWER } from "../../app/annotate/client/answer";
import { initialState, reduce, type Event, type PairEvent, type State, type Task } from "../../app/annotate/client/machine";
import { memoryStore } from "../../app/annotate/client/session";
import type { Store } from "../../app/annotate/client/storage";
import type { ClaimResponse, DraftContent, Pair, PairPool } from "../../app/annotate/schema";

/** Pairs and events for tests of the workbench's state. */
export const ID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const TEXT = {
  left: "The left answer, which is long enough to be edited in part.",
  right: "The right answer, which is long enough to be edited in part.",
};

export function pairOf(n: number, policy: PairPool["editPolicy"] = "optional"): Pair {
  const pool: PairPool = { id: ID(0), name: "Pool", editPolicy: policy, capability: "general", language: "en", guidelineVersion: 1 };
  return {
    comparisonId: ID(n),
    leaseId: `lease-${n}`,
    leaseExpiresAt: "2030-01-01T00:00:00Z",
    pool,
    messages: [{ role: "user", content: `Question ${n}?` }],
    left: { text: TEXT.left },
    right: { text: TEXT.right },
    draft: null,
  };
}

export const task = (n: number, policy: PairPool["editPolicy"] = "optional", answer: Partial<DraftContent> = {}): Task => ({
  pair: pairOf(n, policy),
  answer: { ...EMPTY_ANSWER, ...answer },
  theirs: null,
  lease: "held",
});

export const onPair = (n: number, event: PairEvent): Event => ({ ...event, on: ID(n) });

export const claim = (tasks: Task[], status: ClaimResponse["status"] = "ok", turn = Infinity): Event => ({
  type: "claimed",
  response: { status, retryAfterMs: null, pairs: tasks.map(({ pair }) => pair), progress: { today: 3, pool: null, remaining: 9 } },
  tasks,
  turn,
});
export const run = (events: Event[], from: State = initialState) => events.reduce(reduce, from);
export const start = (...tasks: Task[]) => run([claim(tasks)]);

/** A browser's storage that takes nothing more. */
export const fullStore = (): Store => ({
  ...memoryStore(),
  setItem: () => {
    throw new DOMException("full", "QuotaExceededError");
  },
});
