import { useCallback, useRef, type Dispatch } from "react";
import { gradeLabel, gradeOf, type Grade } from "../grades";
import type { SkipReason } from "../reasons";
import { currentTask, objectionTo, submittedEdit, type Event, type State, type Task } from "./machine";
import type { OutboxItem } from "./outbox";
import type { Session } from "./session";
import { uuid } from "./storage";
import type { Last } from "./use-undo";
import type { Clock } from "./use-stopwatch";

type Surroundings = {
  session: Session | null;
  state: State;
  clock: Clock;
  /** Ends the saving of the draft, before the answer takes its place. */
  closeDraft: () => void;
  remember: (last: Last) => void;
  dispatch: Dispatch<Event>;
};

export type Answering = {
  confirm: () => void;
  /** A grade that stands already is confirmed by giving it again. */
  grade: (grade: Grade) => void;
  skip: (reason: SkipReason, comment: string) => void;
};

/** What ends the work on a pair. The answer is in the outbox before the next pair is shown. */
export function useAnswering(surroundings: Surroundings): Answering {
  const latest = useRef(surroundings);
  latest.current = surroundings;

  const confirm = useCallback(() => {
    const { state, dispatch } = latest.current;
    const task = currentTask(state);
    if (!task || state.stage === "conflict") return;
    const objection = objectionTo(task, state.objection);
    // Where an edit is asked for, confirming the grade leads to it.
    if (objection?.field === "edit" && !state.editorOpen) return dispatch({ type: "open-editor" });
    if (objection) return dispatch({ type: "object", objection });
    const said = gradeLabel(gradeOf(task.answer.choice, task.answer.strength)!);
    post(latest.current, { kind: "vote", said }, (worked, tab, id) => ({ kind: "vote", body: voteBody(worked, tab, id) }));
  }, []);

  const grade = useCallback(
    (value: Grade) => {
      const { state, dispatch } = latest.current;
      const answer = currentTask(state)?.answer;
      if (answer && gradeOf(answer.choice, answer.strength) === value) confirm();
      else dispatch({ type: "grade", grade: value });
    },
    [confirm],
  );

  const skip = useCallback((reason: SkipReason, comment: string) => {
    post(latest.current, { kind: "skip", said: "Skipped" }, ({ pair: { comparisonId, leaseId } }) => ({
      kind: "skip",
      body: { comparisonId, leaseId, reason, comment },
    }));
  }, []);

  return { confirm, grade, skip };
}

type Make = (task: Task, tab: string, id: string) => OutboxItem["send"];

function post(surroundings: Surroundings, { kind, said }: Pick<Last, "kind" | "said">, make: Make): void {
  const { session, state, clock, closeDraft, remember, dispatch } = surroundings;
  const shown = currentTask(state);
  if (!shown || !session) return;
  const task = { ...shown, answer: { ...shown.answer, activeMs: clock.activeMs() } };
  const id = uuid();
  closeDraft();
  session.sender.add({ id, tab: session.tab, at: nextStamp(), title: titleOf(task), refusal: null, send: make(task, session.tab, id) });
  session.drafts.remove(task.pair.comparisonId);
  remember({ kind, itemId: id, task, said });
  dispatch({ type: kind === "vote" ? "submitted" : "skipped" });
}

function voteBody(task: Task, tab: string, idempotencyKey: string) {
  const { pair, answer, draftVersion } = task;
  const text = submittedEdit(task);
  return {
    tab,
    comparisonId: pair.comparisonId,
    leaseId: pair.leaseId,
    idempotencyKey,
    choice: answer.choice!,
    strength: answer.strength!,
    ...(text === null ? {} : { edit: { text } }),
    nothingToImprove: answer.nothingToImprove,
    comment: answer.comment,
    activeMs: answer.activeMs,
    guidelineVersion: pair.pool.guidelineVersion,
    draftVersion,
  };
}

const titleOf = ({ pair }: Task) => (pair.messages.at(-1)?.content ?? "").slice(0, 120);

let lastStamp = 0;
/** Now, but later than the last one: the outbox sends in this order. */
const nextStamp = () => (lastStamp = Math.max(Date.now(), lastStamp + 1));
