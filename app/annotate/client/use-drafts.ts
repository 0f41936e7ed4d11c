import { useCallback, useEffect, useRef, useState, type Dispatch } from "react";
import type { DraftContent } from "../schema";
import { EMPTY_ANSWER } from "./answer";
import { call } from "./api";
import { DraftKeeper, type DraftStatus } from "./drafts";
import type { Event, Task } from "./machine";
import type { Session } from "./session";
import { useLatest } from "./use-latest";
import type { Clock } from "./use-stopwatch";

type Kept = {
  session: Session | null;
  task: Task | null;
  clock: Clock;
  dispatch: Dispatch<Event>;
  /** What the pair says as long as nobody has worked on it. */
  untouched?: DraftContent;
};

/** Saves the work on the pair on screen. */
export function useDrafts({ session, task, clock, dispatch, untouched = EMPTY_ANSWER }: Kept): { status: DraftStatus; close: () => void } {
  const [status, setStatus] = useState<DraftStatus>("none");
  const keeper = useRef<DraftKeeper | null>(null);
  const comparisonId = task?.pair.comparisonId ?? null;
  const draft = task?.pair.draft ?? null;
  const latest = useLatest({ draft, untouched });

  useEffect(() => {
    if (!session || comparisonId === null) return;
    const made = makeKeeper(session, latest.current, setStatus, dispatch);
    keeper.current = made;
    setStatus(latest.current.draft ? "saved" : "none");
    const hidden = () => void made.writeLocal();
    addEventListener("pagehide", hidden);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      made.writeLocal();
      made.close();
      removeEventListener("pagehide", hidden);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [session, comparisonId, latest, dispatch]);

  useEffect(() => keeper.current?.rebase(draft), [draft]);

  useEffect(() => {
    if (!task) return;
    const { pair, answer, theirs } = task;
    const content = { ...answer, activeMs: clock.activeMs() };
    keeper.current?.note({ comparisonId: pair.comparisonId, leaseId: pair.leaseId || undefined, content }, theirs !== null);
  }, [session, task, clock]);

  return { status, close: useCallback(() => keeper.current?.close(), []) };
}

/** Saves the work on one pair for this tab. */
export function makeKeeper(
  session: Session,
  { draft, untouched }: { draft: Task["pair"]["draft"]; untouched: DraftContent },
  setStatus: (status: DraftStatus) => void,
  dispatch: Dispatch<Event>,
): DraftKeeper {
  const { tab, drafts } = session;
  return new DraftKeeper(
    drafts,
    ({ comparisonId, leaseId, content }, baseVersion) => call("draft", { tab, comparisonId, leaseId, baseVersion, content }),
    {
      status: setStatus,
      saved: (comparisonId, saved) => dispatch({ type: "draft-saved", comparisonId, draft: { ...saved, tab } }),
      conflict: (comparisonId, theirs) =>
        dispatch(theirs ? { type: "draft-conflict", comparisonId, theirs } : { type: "lease", comparisonId, state: "lost" }),
    },
    draft,
    untouched,
  );
}
