import { useCallback, useRef, useState, type Dispatch } from "react";
import { useAnnounce } from "../../ui/announce";
import { useToast } from "../../ui/toast";
import type { Pair, UndoRequest, VoteResponse } from "../schema";
import { gradeIn, sameAnswer, submission } from "./answer";
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
  const announce = useAnnounce();

  const undo = useCallback(async () => {
    if (!session || !last || busy.current) return;
    busy.current = true;
    setUndoing(true);
    try {
      const task = await takeBack(session, last);
      if (task) {
        announce(`Taken back: ${last.said}`);
        dispatch({ type: "restored", task, countedToday: last.kind === "vote" });
      } else toast({ title: "Taken back. Somebody else has the pair by now." });
      remember(null);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      toast({ title: `It could not be taken back: ${error.message}`, tone: "danger" });
    } finally {
      busy.current = false;
      setUndoing(false);
    }
  }, [session, last, dispatch, toast, announce]);

  return { last, remember, undo: useCallback(() => void undo(), [undo]), undoing };
}

/** Stops an answer that has not left yet, or asks the server to withdraw it. Returns the pair to show again. */
export async function takeBack({ outbox, tab }: Session, { kind, itemId, task }: Last): Promise<Task | null> {
  if (outbox.cancel(itemId)) return task;
  const outcome = await outbox.outcome(itemId);
  if ("refusal" in outcome) {
    outbox.discard(itemId);
    return task;
  }
  const { pair } = await call("undo", undoRequest(kind, tab, task, outcome.answer));
  return pair && again({ kind, task }, tab, pair);
}

/**
 * The pair as it was answered, so that an edit of the side that was not chosen comes back too. The server's draft is what
 * was withdrawn or last saved; where it is other work, such as on a change to the answer, the person chooses.
 */
export function again({ kind, task }: Pick<Last, "kind" | "task">, tab: string, pair: Pair): Task {
  const { draft } = pair;
  const foreign = draft !== null && (kind === "vote" || draft.tab !== tab) && !sameVote(task, { ...task, answer: draft.content });
  return { ...task, pair, theirs: foreign ? draft : null, lease: "held" };
}

function sameVote(a: Task, b: Task): boolean {
  if (!gradeIn(a.answer) || !gradeIn(b.answer)) return sameAnswer(a.answer, b.answer);
  return JSON.stringify(submission(a)) === JSON.stringify(submission(b));
}

function undoRequest(kind: Last["kind"], tab: string, task: Task, answer: object): UndoRequest {
  if (kind === "skip") return { kind, tab, comparisonId: task.pair.comparisonId };
  return { kind, tab, voteId: (answer as VoteResponse).voteId, idempotencyKey: uuid() };
}
