import { startTransition, useCallback, useEffect, useRef, type Dispatch } from "react";
import type { ClaimResponse } from "../schema";
import { call, CallError } from "./api";
import { reconcile } from "./drafts";
import { obstacleOf, stageOf, type Event, type State, type Task } from "./machine";
import { retryDelay } from "./outbox";
import type { Session } from "./session";
import { useLatest } from "./use-latest";

/** Pairs to hold: one on screen and two behind it, so that a quick answer never waits for the network. */
const WANTED = 3;
/** Pairs given back when the workbench was left; a claim waits for that, so that it does not get them just before. */
let givingBack: Promise<unknown> = Promise.resolve();

/** Keeps the queue filled. Asks after the outbox is empty, so that the server's count of today includes every answer. */
export function useClaims(session: Session | null, state: State, outboxEmpty: boolean, dispatch: Dispatch<Event>): { retry: () => void } {
  const busy = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const tries = useRef(0);
  const latest = useLatest(state);

  const claim = useCallback(async () => {
    if (!session || busy.current) return;
    clearTimeout(timer.current);
    busy.current = true;
    try {
      await givingBack;
      const asked = Date.now();
      const { turn } = latest.current;
      const response = await call("claim", { tab: session.tab, count: WANTED, dayStart: midnight() });
      tries.current = 0;
      // A transition: rendering the pairs ahead must never hold up a key press.
      startTransition(() => dispatch({ type: "claimed", response, tasks: toTasks(response, session, asked), turn }));
      if (response.retryAfterMs !== null) timer.current = setTimeout(() => void claim(), response.retryAfterMs);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const kind = error.kind === "refused" ? "failed" : error.kind;
      dispatch({ type: "obstructed", obstacle: { kind, message: error.message } });
      timer.current = setTimeout(() => void claim(), retryDelay(tries.current++ + 2));
    } finally {
      busy.current = false;
    }
  }, [session, dispatch, latest]);

  const stage = stageOf(state);
  const short = state.queue.length < WANTED && obstacleOf(state) === null;
  const exhausted = stage === "waiting" || stage === "finished" || stage === "no-pools";
  useEffect(() => {
    if (short && outboxEmpty && !exhausted) void claim();
  }, [short, outboxEmpty, exhausted, claim, state.queue.length]);

  useEffect(() => {
    const back = () => tries.current > 0 && void claim();
    addEventListener("online", back);
    return () => {
      removeEventListener("online", back);
      clearTimeout(timer.current);
    };
  }, [claim]);
  useGiveBack(state);
  return { retry: useCallback(() => void claim(), [claim]) };
}

/** Pairs behind the one on screen go back to the pool when the person opens another page. */
function useGiveBack(state: State): void {
  const queue = useLatest(state.queue);
  useEffect(
    () => () => {
      const leases = queue.current.slice(1).map(({ pair }) => ({ comparisonId: pair.comparisonId, leaseId: pair.leaseId }));
      if (leases.length > 0) givingBack = call("release", { leases }, true).catch(() => undefined);
    },
    [queue],
  );
}

/** The pairs of a claim with the work on them; without those that were answered while the claim was on its way. */
export function toTasks(response: ClaimResponse, { outbox, drafts }: Session, asked: number): Task[] {
  return response.pairs
    .filter(({ comparisonId }) => !outbox.answeredSince(comparisonId, asked))
    .map((pair) => ({ pair, ...reconcile(pair.draft, drafts.unsaved(pair.comparisonId)), lease: "held" }));
}

/** Midnight where the annotator is. */
function midnight(): string {
  const date = new Date();
  date.setHours(0, 0, 0, 0);
  return date.toISOString();
}
