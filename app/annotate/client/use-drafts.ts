import { useEffect, useRef, useState, type Dispatch } from "react";
import { call } from "./api";
import { DraftKeeper, type DraftStatus } from "./draft-keeper";
import type { Event, Task } from "./machine";
import type { Session } from "./session";
import type { Clock } from "./use-stopwatch";

/** Saves the work on the pair on screen. Stands still while another tab's version waits to be looked at. */
export function useDrafts(
  session: Session | null,
  task: Task | null,
  paused: boolean,
  clock: Clock,
  dispatch: Dispatch<Event>,
): { status: DraftStatus; close: () => void } {
  const [status, setStatus] = useState<DraftStatus>("none");
  const keeper = useRef<DraftKeeper | null>(null);
  const comparisonId = task?.pair.comparisonId ?? null;
  const saved = task?.saved;
  const latest = useRef(task);
  latest.current = task;

  useEffect(() => {
    if (!session || !latest.current) return;
    const made = makeKeeper(session, latest.current, setStatus, dispatch);
    keeper.current = made;
    setStatus(latest.current.draftVersion > 0 ? "saved" : "none");
    const hidden = () => void made.writeLocal();
    addEventListener("pagehide", hidden);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      made.writeLocal();
      made.close();
      removeEventListener("pagehide", hidden);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [session, comparisonId, saved, dispatch]);

  useEffect(() => {
    if (!task || paused) return;
    const { pair, answer, draftVersion } = task;
    const content = { ...answer, activeMs: clock.activeMs() };
    keeper.current?.note({ comparisonId: pair.comparisonId, leaseId: pair.leaseId || undefined, content, version: draftVersion });
  }, [task, paused, clock]);

  const close = () => keeper.current?.close();
  return { status, close };
}

function makeKeeper(session: Session, task: Task, setStatus: (status: DraftStatus) => void, dispatch: Dispatch<Event>): DraftKeeper {
  return new DraftKeeper(
    session.drafts,
    ({ comparisonId, leaseId, content, version }) =>
      call("draft", { tab: session.tab, comparisonId, leaseId, baseVersion: version, content }),
    {
      status: setStatus,
      saved: (comparisonId, version) => dispatch({ type: "draft-saved", comparisonId, version }),
      conflict: (comparisonId, theirs) =>
        dispatch(theirs ? { type: "draft-conflict", comparisonId, theirs } : { type: "lease", comparisonId, state: "lost" }),
    },
    task.saved,
  );
}
