import { useEffect, useRef, useState, type Dispatch } from "react";
import type { HeartbeatResponse } from "../schema";
import { call, CallError } from "./api";
import type { Event, State } from "./machine";
import type { Session } from "./session";
import { useLatest } from "./use-latest";
import { SIGNS_OF_LIFE, type Clock } from "./use-stopwatch";

const EVERY_MS = 8_000;
/** So long before the lease of the pair on screen ends, the person is asked; with short leases, in their last third. */
const ASK_MS = 120_000;

/**
 * Tells the server which pairs this tab holds and whether somebody is at work, and hears which of them it lost. True
 * while the pair on screen is about to be given back because nobody seems to be there: then any sign of life keeps it.
 */
export function useHeartbeat(session: Session | null, state: State, clock: Clock, dispatch: Dispatch<Event>): boolean {
  const queue = useLatest(state.queue);
  const [ending, setEnding] = useState(false);
  const full = useRef(0);
  useEffect(() => {
    if (!session) return;
    const beat = async () => {
      const leases = queue.current.map(({ pair }) => ({ comparisonId: pair.comparisonId, leaseId: pair.leaseId }));
      if (leases.length === 0) return setEnding(false);
      try {
        const answer = await call("heartbeat", { tab: session.tab, active: clock.wasActive(), leases });
        for (const { comparisonId, state: held } of answer.leases) dispatch({ type: "lease", comparisonId, state: held });
        setEnding(endsSoon(answer, queue.current[0]?.pair.comparisonId, full));
      } catch (error) {
        // The next claim, draft or vote says what is wrong; a missed beat alone changes nothing.
        if (!(error instanceof CallError)) throw error;
      }
    };
    const timer = setInterval(() => void beat(), EVERY_MS);
    const here = () => void beat();
    if (ending) SIGNS_OF_LIFE.forEach((name) => addEventListener(name, here, { passive: true, capture: true, once: true }));
    return () => {
      clearInterval(timer);
      SIGNS_OF_LIFE.forEach((name) => removeEventListener(name, here, { capture: true }));
    };
  }, [session, clock, queue, dispatch, ending]);
  return ending;
}

function endsSoon({ leases }: HeartbeatResponse, onScreen: string | undefined, full: { current: number }): boolean {
  const leftMs = leases.find(({ comparisonId, state }) => comparisonId === onScreen && state === "held")?.leftMs ?? null;
  if (leftMs === null) return false;
  full.current = Math.max(full.current, leftMs);
  return leftMs < Math.min(ASK_MS, full.current / 3);
}
