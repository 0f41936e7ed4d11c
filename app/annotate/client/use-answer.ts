import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { useRevalidator } from "@remix-run/react";
import { useToast } from "../../ui/toast";
import type { RevisionView, VoteView } from "../../votes/queries.server";
import type { DraftContent, Place } from "../schema";
import { EMPTY_ANSWER, sameAnswer, submission } from "./answer";
import { call, CallError } from "./api";
import { reconcile, type LocalDraft } from "./drafts";
import { confirmation, currentTask, initialState, reduce, type State, type Task } from "./machine";
import { openSession, type Session } from "./session";
import { uuid } from "./storage";
import { useDrafts } from "./use-drafts";
import { useLatest } from "./use-latest";
import { useStopwatch } from "./use-stopwatch";
import { usePairDispatch } from "./use-workbench";

/** An answer from history, open for a change. The same machine as on the workbench, with one pair that does not leave. */
export function useAnswer(vote: VoteView, userId: string) {
  const [state, dispatchAny] = useReducer(reduce, vote, open);
  const [session, setSession] = useState<Session | null>(null);
  const [saving, setSaving] = useState(false);
  const task = currentTask(state);
  const dispatch = usePairDispatch(task, dispatchAny);
  const clock = useStopwatch(vote.comparisonId, 0);
  const untouched = useMemo(() => answerInForce(vote), [vote]);
  // Only an answer in force can have a draft of a change.
  const drafting = vote.revision === null ? null : session;
  const { close } = useDrafts({ session: drafting, task, clock, dispatch: dispatchAny, untouched });
  const { revalidate } = useRevalidator();
  const toast = useToast();
  const latest = useLatest(state);

  useEffect(
    () =>
      void openSession(userId).then((opened) => {
        const local = vote.revision === null ? null : opened.drafts.unsaved(vote.comparisonId);
        const touched = !sameAnswer(currentTask(latest.current)!.answer, taskOf(vote, null).answer);
        if (local && !touched) dispatchAny({ type: "restored", task: taskOf(vote, local), countedToday: false });
        setSession(opened);
      }),
    [userId, vote, latest],
  );

  const save = useCallback(async () => {
    const now = currentTask(latest.current);
    if (!now || vote.revision === null) return;
    const next = confirmation(latest.current);
    if (next !== "submit") return dispatch(next);
    setSaving(true);
    try {
      const { voteId, revision } = vote;
      await call("regrade", { voteId, revision, idempotencyKey: uuid(), ...submission(now), activeMs: clock.activeMs() });
      close();
      session?.drafts.remove(vote.comparisonId);
      toast({ title: "Your new answer is saved. The earlier one is kept below it." });
      revalidate();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      dispatch({ type: "object", objection: { kind: "rule", message: error.message } });
    } finally {
      setSaving(false);
    }
  }, [vote, clock, latest, dispatch, close, session, toast, revalidate]);

  const restored = task !== null && !state.gradedHere && !sameAnswer(task.answer, untouched);
  return { state, task, dispatch, saving, restored, save: useCallback(() => void save(), [save]) };
}

const open = (vote: VoteView): State => ({ ...initialState, queue: [taskOf(vote, null)] });

function taskOf(vote: VoteView, local: LocalDraft | null): Task {
  const { comparisonId, pool, messages, left, right, draft } = vote;
  const pair = { comparisonId, leaseId: "", leaseExpiresAt: "", pool, messages, left, right, draft };
  return { pair, ...reconcile(draft, local, answerInForce(vote)), lease: "held" };
}

/** What a change starts from: the answer in force, and for the other side what was last said of it. */
function answerInForce({ revision, revisions, pool }: VoteView): DraftContent {
  const current = revisions.find(({ number }) => number === revision);
  if (!current) return EMPTY_ANSWER;
  const { place: choice, strength, comment } = current;
  const sideOf = (place: Place) => {
    const last = choice === place ? current : revisions.findLast((one) => one.place === place);
    return { editText: last?.editText ?? null, nothingToImprove: last !== undefined && saidPerfect(last, pool.editPolicy) };
  };
  return { ...EMPTY_ANSWER, choice, strength, comment, left: sideOf("left"), right: sideOf("right") };
}

/** Where an edit is required, an answer without one said that there was nothing to improve. */
const saidPerfect = ({ editText, comment }: RevisionView, policy: VoteView["pool"]["editPolicy"]) =>
  policy === "required" && editText === null && comment !== "";
