import { useCallback, useRef, useState, type Dispatch } from "react";
import { useToast } from "../../ui/toast";
import type { UndoRequest, VoteResponse } from "../schema";
import { call, CallError } from "./api";
import type { Event, Task } from "./machine";
import type { Session } from "./session";
import { uuid } from "./storage";

/** The last answer or skip of this page, which can be taken back. */
export type Last = { kind: "vote" | "skip"; itemId: string; task: Task; said: string };

export function useUndo(session: Session | null, dispatch: Dispatch<Event>) {
  const [last, remember] = useState<Last | null>(null);
  const [undoing, setUndoing] = useState(false);
  const busy = useRef(false);
  const toast = useToast();

  const undo = useCallback(async () => {
    if (!session || !last || busy.current) return;
    busy.current = true;
    setUndoing(true);
    try {
      const task = await takeBack(session, last);
      if (task) dispatch({ type: "restored", task, countedToday: last.kind === "vote" });
      else toast({ title: "Taken back. Somebody else has the pair by now." });
      remember(null);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      toast({ title: `It could not be taken back: ${error.message}`, tone: "danger" });
    } finally {
      busy.current = false;
      setUndoing(false);
    }
  }, [session, last, dispatch, toast]);

  return { last, remember, undo: useCallback(() => void undo(), [undo]), undoing };
}

/** Stops an answer that has not left yet, or asks the server to withdraw it. Returns the pair to show again. */
async function takeBack(session: Session, { kind, itemId, task }: Last): Promise<Task | null> {
  if (session.sender.cancel(itemId)) return task;
  const outcome = await session.sender.outcome(itemId);
  if ("refusal" in outcome) {
    session.sender.discard(itemId);
    return task;
  }
  const { pair } = await call("undo", undoRequest(kind, session.tab, task, outcome.answer));
  return pair && { ...task, pair, saved: pair.draft?.content ?? task.saved, draftVersion: pair.draft?.version ?? 0, theirs: null };
}

function undoRequest(kind: Last["kind"], tab: string, task: Task, answer: object): UndoRequest {
  if (kind === "skip") return { kind, tab, comparisonId: task.pair.comparisonId };
  return { kind, tab, voteId: (answer as VoteResponse).voteId, idempotencyKey: uuid() };
}
