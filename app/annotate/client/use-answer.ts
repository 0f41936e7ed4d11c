import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useRevalidator } from "@remix-run/react";
import { useToast } from "../../ui/toast";
import type { VoteView } from "../../votes/queries.server";
import { call, CallError } from "./api";
import { EMPTY_ANSWER, initialState, objectionTo, reduce, submittedEdit, type State, type Task } from "./machine";
import { openSession, type Session } from "./session";
import { uuid } from "./storage";
import { useDrafts } from "./use-drafts";
import { useStopwatch } from "./use-stopwatch";

/** An answer from history, open for a change. The same machine as on the workbench, with one pair that does not leave. */
export function useAnswer(vote: VoteView, userId: string) {
  const [state, dispatch] = useReducer(reduce, vote, open);
  const [session, setSession] = useState<Session | null>(null);
  const [saving, setSaving] = useState(false);
  const task = state.queue[0] ?? null;
  const clock = useStopwatch(vote.comparisonId, 0);
  // Only a standing answer can have a draft of a change.
  const { status, close } = useDrafts(vote.revision === null ? null : session, task, state.stage === "conflict", clock, dispatch);
  const { revalidate } = useRevalidator();
  const toast = useToast();
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => void openSession(userId).then(setSession), [userId]);

  const save = useCallback(async () => {
    const now = latest.current.queue[0];
    if (!now || vote.revision === null || latest.current.stage === "conflict") return;
    const objection = objectionTo(now, latest.current.objection);
    if (objection?.field === "edit" && !latest.current.editorOpen) return dispatch({ type: "open-editor" });
    if (objection) return dispatch({ type: "object", objection });
    setSaving(true);
    try {
      await call("regrade", { voteId: vote.voteId, revision: vote.revision, idempotencyKey: uuid(), ...answerOf(now, clock.activeMs()) });
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
  }, [vote, clock, close, session, toast, revalidate]);

  return { state, task, dispatch, saving, draftStatus: status, save: useCallback(() => void save(), [save]) };
}

function answerOf(task: Task, activeMs: number) {
  const { answer } = task;
  const text = submittedEdit(task);
  return {
    choice: answer.choice!,
    strength: answer.strength!,
    ...(text === null ? {} : { edit: { text } }),
    nothingToImprove: answer.nothingToImprove,
    comment: answer.comment,
    activeMs,
  };
}

/** The answer in force is what a change starts from. */
function open(vote: VoteView): State {
  const current = vote.revisions.find((revision) => revision.number === vote.revision);
  const { comparisonId, pool, messages, left, right } = vote;
  const answer = current
    ? {
        ...EMPTY_ANSWER,
        choice: current.place,
        strength: current.strength,
        editText: current.editText,
        comment: current.comment,
        nothingToImprove: pool.editPolicy === "required" && current.editText === null && current.comment !== "",
      }
    : EMPTY_ANSWER;
  const pair = { comparisonId, leaseId: "", leaseExpiresAt: "", pool, messages, left, right, draft: null };
  const task: Task = { pair, answer, saved: answer, draftVersion: 0, theirs: null };
  return { ...initialState, queue: [task], stage: current ? "chosen" : "reading" };
}
