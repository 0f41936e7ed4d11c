import { Link } from "@remix-run/react";
import { ToastPlace } from "../../ui/toast";
import { useAnswer } from "../client/use-answer";
import { useKeySettings, type StoredKeys } from "../client/use-key-settings";
import { useKeys } from "../client/use-keys";
import { scrollResponses } from "../client/use-scrolling";
import { readingAttributes, useReading } from "../client/use-reading";
import { useView } from "../client/use-view";
import type { VoteView } from "../../votes/queries.server";
import type { Grade } from "../grades";
import { CHANGED_ELSEWHERE, Conflict } from "./banners";
import { Pairs } from "./pairs";
import { RegradeBar } from "./regrade-bar";
import { Revisions } from "./revisions";
import { useChange, useGradeSaid } from "./use-narration";

type Props = { vote: VoteView; userId: string; stored: StoredKeys };

/** One answer from history: its pair as it was shown, all that was ever answered, and the way to change it. */
export function AnswerPage({ vote, userId, stored }: Props) {
  const answer = useAnswer(vote, userId);
  const [view, toggle] = useView();
  const [reading] = useReading();
  const { keymap } = useKeySettings(stored);
  const { state, task, dispatch } = answer;
  useGradeSaid(state, task);
  useChange(task?.theirs ? CHANGED_ELSEWHERE : null);
  useKeys(keymap, vote.revision !== null, (action) => {
    const grade = /^grade(\d)$/.exec(action)?.[1];
    if (grade) dispatch({ type: "grade", grade: Number(grade) as Grade });
    else if (action === "confirm") answer.save();
    else if (action === "edit") dispatch({ type: state.editorOpen ? "close-editor" : "open-editor" });
    else if (action === "escape" && state.editorOpen) dispatch({ type: "close-editor" });
    else if (action === "diff" || action === "raw" || action === "sync") toggle(action);
    else if (action === "down" || action === "up") scrollResponses(action === "down" ? 1 : -1);
  });
  return (
    <main id="main" className="wb" {...readingAttributes(reading)}>
      <div className="flex flex-wrap items-center gap-x-3 border-b border-line bg-surface px-4 py-2 text-sm">
        <Link to="/annotate/history" className="text-muted underline-offset-2 hover:text-ink hover:underline">
          Your answers
        </Link>
        <span aria-hidden className="text-muted">
          /
        </span>
        <h1 tabIndex={-1} className="font-semibold">
          Answer in {vote.pool.name}
        </h1>
      </div>
      {vote.revision === null && (
        <p className="border-b border-line bg-warn-soft px-4 py-2 text-sm text-warn">
          This answer was undone. Its pair comes back to the workbench as long as its place is free.
        </p>
      )}
      {task && <Conflict task={task} dispatch={dispatch} />}
      <div className="wb-body max-xl:flex-col">
        <Pairs bench={answer} view={view} keymap={keymap} toggle={toggle} />
        <Revisions vote={vote} />
      </div>
      <div className="wb-foot">
        <ToastPlace className="wb-toasts" />
        {vote.revision !== null && <RegradeBar answer={answer} keymap={keymap} />}
      </div>
    </main>
  );
}
