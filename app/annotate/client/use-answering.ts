import { useCallback, useMemo, type Dispatch } from "react";
import type { Grade } from "../grades";
import type { SkipReason } from "../reasons";
import { saysOf, submission } from "./answer";
import { confirmation, confirmsBy, currentTask, type PairEvent, type State, type Task } from "./machine";
import type { OutboxItem } from "./outbox";
import type { Session } from "./session";
import { uuid } from "./storage";
import { useLatest } from "./use-latest";
import type { Last } from "./use-undo";
import type { Clock } from "./use-stopwatch";

type Surroundings = {
  session: Session | null;
  state: State;
  clock: Clock;
  /** Ends the saving of the draft, before the answer takes its place. */
  closeDraft: () => void;
  remember: (last: Last) => void;
  dispatch: Dispatch<PairEvent>;
  /** Whether giving a grade again confirms it. */
  twice: boolean;
};

export type Answering = {
  confirm: () => void;
  /** A grade that was given before, in this sight of the pair, is confirmed by giving it again. */
  grade: (grade: Grade) => void;
  skip: (reason: SkipReason, comment: string) => void;
};

/** What ends the work on a pair. The answer is in the outbox before the next pair is shown. */
export function useAnswering(surroundings: Surroundings): Answering {
  const latest = useLatest(surroundings);

  const confirm = useCallback(() => {
    const { state, dispatch } = latest.current;
    if (!currentTask(state)) return;
    const next = confirmation(state);
    if (next !== "submit") dispatch(next);
    else post(latest.current, "vote", voteOf);
  }, [latest]);

  const grade = useCallback(
    (value: Grade) => {
      const { state, dispatch, twice } = latest.current;
      if (twice && confirmsBy(state, value)) confirm();
      else dispatch({ type: "grade", grade: value });
    },
    [latest, confirm],
  );

  const skip = useCallback(
    (reason: SkipReason, comment: string) =>
      post(latest.current, "skip", ({ pair: { comparisonId, leaseId } }) => ({
        kind: "skip",
        body: { comparisonId, leaseId, reason, comment },
      })),
    [latest],
  );

  return useMemo(() => ({ confirm, grade, skip }), [confirm, grade, skip]);
}

type Make = (task: Task, tab: string, id: string) => OutboxItem["send"];

/** Writes an answer to the outbox, and the pair is done. */
export function post(
  { session, state, clock, closeDraft, remember, dispatch }: Omit<Surroundings, "twice">,
  kind: Last["kind"],
  make: Make,
): void {
  const shown = currentTask(state);
  if (!shown || !session || session.outbox.holds(shown.pair.comparisonId)) return;
  const task = { ...shown, answer: { ...shown.answer, activeMs: clock.activeMs() } };
  const id = uuid();
  const said = kind === "skip" ? "Skipped" : saysOf(task)!;
  closeDraft();
  session.outbox.add({ id, title: titleOf(task), said, send: make(task, session.tab, id) });
  session.drafts.remove(task.pair.comparisonId);
  remember({ kind, itemId: id, task, said });
  dispatch({ type: kind === "vote" ? "submitted" : "skipped" });
}

/** A graded pair as a vote that can be sent. */
export function voteOf(task: Task, tab: string, idempotencyKey: string): OutboxItem["send"] {
  const { comparisonId, leaseId, pool, draft } = task.pair;
  const { guidelineVersion } = pool;
  const { activeMs } = task.answer;
  const draftVersion = draft?.version ?? 0;
  return {
    kind: "vote",
    body: { tab, comparisonId, leaseId, idempotencyKey, ...submission(task), activeMs, guidelineVersion, draftVersion },
  };
}

const titleOf = ({ pair }: Task) => (pair.messages.at(-1)?.content ?? "").slice(0, 120);
