import { Pencil } from "lucide-react";
import { Button } from "../../ui/button";
import { TextField, Checkbox } from "../../ui/field";
import { cannotBeImproved, gradeIn } from "../client/answer";
import type { useAnswer } from "../client/use-answer";
import type { Keymap } from "../keymap";
import { Chosen } from "./chosen";
import { GradeButtons } from "./grade-buttons";
import { ariaKey, KeyCap } from "./key-cap";

type Props = { answer: ReturnType<typeof useAnswer>; keymap: Keymap };

/** The answer in force, to be changed and saved as a new revision. */
export function RegradeBar({ answer: { state, task, dispatch, saving, save, restored }, keymap }: Props) {
  const { answer, pair } = task!;
  return (
    <section className="wb-answer" aria-label="Change your answer">
      <GradeButtons
        name={`grade-${pair.comparisonId}`}
        legend="Which response is better, and by how much?"
        value={gradeIn(answer)}
        keymap={keymap}
        onGrade={(value) => dispatch({ type: "grade", grade: value })}
      />
      <div className="mt-2 flex flex-wrap items-center justify-end gap-2">
        <div className="mr-auto min-w-0 text-sm">
          <Chosen task={task!} objection={state.objection} restored={restored} />
        </div>
        {pair.pool.editPolicy === "required" && answer.choice && (
          <Checkbox
            label="Nothing to improve"
            checked={cannotBeImproved(task!, answer.choice)}
            onChange={(event) => dispatch({ type: "nothing-to-improve", value: event.target.checked })}
          />
        )}
        <TextField
          label="Comment"
          hideLabel
          placeholder="Comment"
          value={answer.comment}
          maxLength={10_000}
          onChange={(event) => dispatch({ type: "comment", text: event.target.value })}
        />
        {pair.pool.editPolicy !== "off" && (
          <Button
            tone="quiet"
            onClick={() => dispatch({ type: state.editorOpen ? "close-editor" : "open-editor" })}
            aria-keyshortcuts={ariaKey(keymap.edit)}
          >
            <Pencil size={15} aria-hidden /> {state.editorOpen ? "Close editor" : "Edit"} <KeyCap chord={keymap.edit} />
          </Button>
        )}
        <Button tone="primary" disabled={saving} onClick={save} aria-keyshortcuts={ariaKey(keymap.confirm)}>
          {saving ? "Saving…" : "Save new answer"} <KeyCap chord={keymap.confirm} />
        </Button>
      </div>
    </section>
  );
}
