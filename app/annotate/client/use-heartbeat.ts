import { useEffect, type Dispatch } from "react";
import { call, CallError } from "./api";
import type { Event, State } from "./machine";
import type { Session } from "./session";
import { useLatest } from "./use-latest";
import type { Clock } from "./use-stopwatch";

const EVERY_MS = 8_000;

/** Tells the server which pairs this tab holds and whether somebody is at work, and hears which of them it lost. */
export function useHeartbeat(session: Session | null, state: State, clock: Clock, dispatch: Dispatch<Event>): void {
  const queue = useLatest(state.queue);
  useEffect(() => {
    if (!session) return;
    const beat = async () => {
      const leases = queue.current.map(({ pair }) => ({ comparisonId: pair.comparisonId, leaseId: pair.leaseId }));
      if (leases.length === 0) return;
      try {
        const answer = await call("heartbeat", { tab: session.tab, active: clock.wasActive(), leases });
        for (const { comparisonId, state: held } of answer.leases) dispatch({ type: "lease", comparisonId, state: held });
      } catch (error) {
        // The next claim, draft or vote says what is wrong; a missed beat alone changes nothing.
        if (!(error instanceof CallError)) throw error;
      }
    };
    const timer = setInterval(() => void beat(), EVERY_MS);
    return () => clearInterval(timer);
  }, [session, clock, queue, dispatch]);
}
