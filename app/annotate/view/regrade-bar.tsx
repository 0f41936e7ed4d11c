import { Pencil } from "lucide-react";
import { Button } from "../../ui/button";
import { TextField, Checkbox } from "../../ui/field";
import type { useAnswer } from "../client/use-answer";
import { gradeLabel, gradeOf, type Grade } from "../grades";
import type { Keymap } from "../keymap";
import { GradeButtons } from "./grade-buttons";
import { ariaKey, KeyCap } from "./key-cap";

type Props = { answer: ReturnType<typeof useAnswer>; keymap: Keymap };

/** The answer in force, to be changed and saved as a new revision. */
export function RegradeBar({ answer: { state, task, dispatch, saving, save }, keymap }: Props) {
  const { answer, pair } = task!;
  const grade = gradeOf(answer.choice, answer.strength);
  return (
    <section className="wb-answer" aria-label="Change your answer">
      <GradeButtons
        name={`grade-${pair.comparisonId}`}
        legend="Which response is better, and by how much?"
        value={grade}
        keymap={keymap}
        onGrade={(value) => dispatch({ type: "grade", grade: value })}
      />
      <div className="mt-2 flex flex-wrap items-center justify-end gap-2">
        <Standing objection={state.objection?.message} grade={grade} />
        {pair.pool.editPolicy === "required" && (
          <Checkbox
            label="Nothing to improve"
            checked={answer.nothingToImprove}
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

function Standing({ objection, grade }: { objection: string | undefined; grade: Grade | null }) {
  return (
    <div className="mr-auto min-w-0 text-sm">
      {objection ? (
        <p role="alert" className="rounded-md bg-warn-soft px-2.5 py-1 font-medium text-warn">
          {objection}
        </p>
      ) : (
        <p className="font-medium">{grade ? gradeLabel(grade) : "No grade"}</p>
      )}
    </div>
  );
}
