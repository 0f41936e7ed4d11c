import { Flag, MessageSquare, Pencil, SkipForward } from "lucide-react";
import { forwardRef, type ComponentProps } from "react";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/field";
import { cannotBeImproved, gradeIn } from "../client/answer";
import type { Workbench } from "../client/use-workbench";
import type { ActionId, Keymap } from "../keymap";
import { Chosen } from "./chosen";
import { GradeButtons } from "./grade-buttons";
import { ariaKey, KeyCap } from "./key-cap";
import { LastAnswer } from "./last-answer";

type Props = {
  bench: Workbench;
  keymap: Keymap;
  commentOpen: boolean;
  onComment: () => void;
  onSkip: () => void;
  onFlag: () => void;
};

/** The answer, always in sight: the eight grades, then what else can be done with the pair. */
export const ActionBar = forwardRef<HTMLTextAreaElement, Props>(function ActionBar(props, commentRef) {
  const { bench, keymap, commentOpen } = props;
  const { task, state, dispatch } = bench;
  if (!task) return null;
  const { answer, pair } = task;
  const perfect = answer.choice !== null && cannotBeImproved(task, answer.choice);
  const showComment = commentOpen || answer.comment !== "" || perfect || state.objection?.field === "comment";
  return (
    <section className="wb-answer" aria-labelledby="answer-heading">
      <h2 id="answer-heading" className="sr-only">
        Your answer
      </h2>
      {showComment && (
        <textarea
          ref={commentRef}
          dir="auto"
          rows={2}
          aria-label="Comment"
          placeholder={perfect ? "Why can it not be improved?" : "Comment for admins and reviewers"}
          value={answer.comment}
          maxLength={10_000}
          onChange={(event) => dispatch({ type: "comment", text: event.target.value })}
          className="mb-2 w-full resize-y rounded-md border border-line-strong bg-canvas px-3 py-1.5 text-sm"
        />
      )}
      <GradeButtons
        name={`grade-${pair.comparisonId}`}
        legend="Which response is better, and by how much?"
        value={gradeIn(answer)}
        keymap={keymap}
        onGrade={(grade) => dispatch({ type: "grade", grade })}
      />
      <div className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1.5">
        <Status bench={bench} keymap={keymap} />
        <Commands {...props} />
      </div>
    </section>
  );
});

/** What is chosen, or what is in the way; and the last answer, while it can be taken back. */
function Status({ bench, keymap }: { bench: Workbench; keymap: Keymap }) {
  const { state, task, last, undoing, undo, outbox } = bench;
  const grade = task && gradeIn(task.answer);
  return (
    <div className="mr-auto flex min-h-7 min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      {task && <Chosen task={task} objection={state.objection} restored={!state.gradedHere} dim={last !== null} />}
      {last && !grade && <LastAnswer last={last} undoing={undoing} undo={undo} chord={keymap.undo} outbox={outbox} />}
    </div>
  );
}

function Commands({ bench, keymap, onComment, onSkip, onFlag }: Props) {
  const { task, state, dispatch, confirm } = bench;
  const { editPolicy } = task!.pair.pool;
  const { choice } = task!.answer;
  const graded = gradeIn(task!.answer) !== null;
  // While somebody writes, the plain key belongs to the text.
  const confirmKey = state.editorOpen
    ? { shown: "Ctrl+Enter", aria: "Control+Enter" }
    : { shown: keymap.confirm, aria: ariaKey(keymap.confirm) };
  return (
    <div className="ml-auto flex flex-wrap items-center justify-end gap-1.5 max-sm:w-full max-sm:flex-nowrap">
      {editPolicy === "required" && choice && (
        <span title="The better response cannot be improved; say why.">
          <Checkbox
            label="Nothing to improve"
            checked={cannotBeImproved(task!, choice)}
            onChange={(event) => dispatch({ type: "nothing-to-improve", value: event.target.checked })}
          />
        </span>
      )}
      <Command action="skip" keymap={keymap} icon={SkipForward} label="Skip" onClick={onSkip} />
      <Command action="flag" keymap={keymap} icon={Flag} label="Flag" onClick={onFlag} />
      <Command action="comment" keymap={keymap} icon={MessageSquare} label="Comment" onClick={onComment} />
      {editPolicy !== "off" && (
        <Command
          action="edit"
          keymap={keymap}
          icon={Pencil}
          label={state.editorOpen ? "Close editor" : "Edit"}
          onClick={() => dispatch({ type: state.editorOpen ? "close-editor" : "open-editor" })}
        />
      )}
      <Button tone="primary" className="max-sm:ml-auto" onClick={confirm} aria-disabled={!graded} aria-keyshortcuts={confirmKey.aria}>
        Confirm{" "}
        <span className="max-sm:hidden">
          <KeyCap chord={confirmKey.shown} />
        </span>
      </Button>
    </div>
  );
}

type CommandProps = { action: ActionId; keymap: Keymap; icon: typeof Flag; label: string } & ComponentProps<typeof Button>;

function Command({ action, keymap, icon: Icon, label, ...rest }: CommandProps) {
  return (
    <Button tone="quiet" aria-keyshortcuts={ariaKey(keymap[action])} className="px-2.5" {...rest}>
      <Icon size={15} aria-hidden />
      <span className="max-sm:sr-only">{label}</span>
      <span className="max-lg:hidden">
        <KeyCap chord={keymap[action]} />
      </span>
    </Button>
  );
}
