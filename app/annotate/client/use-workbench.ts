import { useCallback, useEffect, useReducer, useState, useSyncExternalStore, type Dispatch } from "react";
import type { DraftStatus } from "./draft-keeper";
import { currentTask, initialState, reduce, type Event, type State, type Task } from "./machine";
import type { SenderState } from "./sender";
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
  dispatch: Dispatch<Event>;
  session: Session | null;
  clock: Clock;
  draftStatus: DraftStatus;
  outbox: SenderState;
  last: Last | null;
  undoing: boolean;
  undo: () => void;
  /** Asks for pairs again. */
  retry: () => void;
};

/** Everything that the workbench knows and can do; the components only show it. */
export function useWorkbench(userId: string): Workbench {
  const session = useSession(userId);
  const [state, dispatch] = useReducer(reduce, initialState);
  const outbox = useOutbox(session);
  const task = currentTask(state);
  const clock = useStopwatch(task?.pair.comparisonId ?? null, task?.answer.activeMs ?? 0);
  const { status: draftStatus, close: closeDraft } = useDrafts(session, task, state.stage === "conflict", clock, dispatch);
  const { retry } = useClaims(session, state, outbox.waiting === 0, dispatch);
  useHeartbeat(session, state, clock, dispatch);
  const { last, remember, undo, undoing } = useUndo(session, dispatch);
  const answering = useAnswering({ session, state, clock, closeDraft, remember, dispatch });
  return { ...answering, state, task, dispatch, session, clock, draftStatus, outbox, last, undoing, undo, retry };
}

const NOTHING_OUT: SenderState = { waiting: 0, refused: [], trouble: null, unkept: 0 };

function useOutbox(session: Session | null): SenderState {
  const subscribe = useCallback((listener: () => void) => session?.sender.subscribe(listener) ?? (() => undefined), [session]);
  return useSyncExternalStore(
    subscribe,
    () => session?.sender.state ?? NOTHING_OUT,
    () => NOTHING_OUT,
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
