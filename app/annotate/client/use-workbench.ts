import { useCallback, useEffect, useMemo, useReducer, useState, useSyncExternalStore, type Dispatch } from "react";
import { stillnessOver } from "./active-time";
import type { DraftStatus } from "./drafts";
import { currentTask, initialState, reduce, type Event, type PairEvent, type State, type Task } from "./machine";
import { EMPTY_OUTBOX, type OutboxState } from "./outbox";
import { openSession, type Session } from "./session";
import { useAnswering, type Answering } from "./use-answering";
import { useClaims } from "./use-claims";
import { useDrafts } from "./use-drafts";
import { useHeartbeat } from "./use-heartbeat";
import { useStopwatch, type Clock } from "./use-stopwatch";
import { useUndo, type Last } from "./use-undo";

export type Workbench = Answering & {
  state: State;
  task: Task | null;
  /** Of the pair on screen. */
  dispatch: Dispatch<PairEvent>;
  session: Session | null;
  clock: Clock;
  draftStatus: DraftStatus;
  outbox: OutboxState;
  last: Last | null;
  undoing: boolean;
  undo: () => void;
  /** The pair on screen is about to be given back, since nobody seems to be there. */
  ending: boolean;
  /** Asks for pairs again. */
  retry: () => void;
};

/** Everything that the workbench knows and can do; the components only show it. */
export function useWorkbench(userId: string, twice: boolean): Workbench {
  const session = useSession(userId);
  const [state, dispatchAny] = useReducer(reduce, initialState);
  const outbox = useOutbox(session);
  const task = currentTask(state);
  const dispatch = usePairDispatch(task, dispatchAny);
  const clock = useStopwatch(task?.pair.comparisonId ?? null, task?.answer.activeMs ?? 0, useStillness(task));
  const { status: draftStatus, close: closeDraft } = useDrafts({ session, task, clock, dispatch: dispatchAny });
  const { retry } = useClaims(session, state, outbox.waiting.length === 0, dispatchAny);
  const ending = useHeartbeat(session, state, clock, dispatchAny);
  const { last, remember, undo, undoing } = useUndo(session, dispatchAny);
  const answering = useAnswering({ session, state, clock, closeDraft, remember, dispatch, twice });
  return { ...answering, state, task, dispatch, session, clock, draftStatus, outbox, last, undoing, undo, ending, retry };
}

/** How long the person may sit still over the pair on screen. */
function useStillness(task: Task | null): number | undefined {
  const { messages, left, right } = task?.pair ?? {};
  return useMemo(
    () => messages && left && right && stillnessOver([...messages.map(({ content }) => content), left.text, right.text]),
    [messages, left, right],
  );
}

/** Events of the pair that was on screen when the handler was made; later ones pass another by. */
export function usePairDispatch(task: Task | null, dispatch: Dispatch<Event>): Dispatch<PairEvent> {
  const on = task?.pair.comparisonId ?? null;
  return useCallback((event) => on !== null && dispatch({ ...event, on }), [on, dispatch]);
}

function useOutbox(session: Session | null): OutboxState {
  const subscribe = useCallback((listener: () => void) => session?.outbox.subscribe(listener) ?? (() => undefined), [session]);
  return useSyncExternalStore(
    subscribe,
    () => session?.outbox.state ?? EMPTY_OUTBOX,
    () => EMPTY_OUTBOX,
  );
}

function useSession(userId: string): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    let wanted = true;
    void openSession(userId).then((opened) => wanted && setSession(opened));
    return () => {
      wanted = false;
    };
  }, [userId]);
  return session;
}
