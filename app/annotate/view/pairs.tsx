import { useMemo } from "react";
import { editOf } from "../client/answer";
import type { Task } from "../client/machine";
import type { ToggleView, View } from "../client/use-view";
import type { Workbench } from "../client/use-workbench";
import { LETTER } from "../grades";
import type { Keymap } from "../keymap";
import { EditorPanel } from "./editor-panel";
import { type Edits, PairView } from "./pair-view";

type Props = { bench: Pick<Workbench, "state" | "task" | "dispatch">; view: View; keymap: Keymap; toggle: ToggleView };

/** The pair on screen, and behind it those that come next: rendered already, so that showing one takes a single frame. */
export function Pairs({ bench, view, keymap, toggle }: Props) {
  const { state, task } = bench;
  const { raw, diff, sync, promptFolded } = view;
  const shown = useMemo(() => ({ raw, diff, sync, promptFolded }), [raw, diff, sync, promptFolded]);
  const fold = useMemo(() => () => toggle("promptFolded"), [toggle]);
  const editor = state.editorOpen && task?.answer.choice ? <Editor bench={bench} view={view} toggle={toggle} /> : null;
  const edits = useEdits(task);
  return (
    <div className="wb-pairs">
      {state.queue.map(({ pair, answer }, index) => (
        <PairView
          key={pair.comparisonId}
          pair={pair}
          active={index === 0}
          view={shown}
          choice={index === 0 ? answer.choice : null}
          edits={index === 0 ? edits : NO_EDITS}
          editor={index === 0 ? editor : null}
          promptKey={keymap.prompt}
          onFoldPrompt={fold}
        />
      ))}
    </div>
  );
}

const NO_EDITS: Edits = { left: null, right: null };

/** The same object as long as both edits are the same, so that the texts are not drawn again at each key. */
function useEdits(task: Task | null): Edits {
  const left = task && editOf(task, "left");
  const right = task && editOf(task, "right");
  return useMemo(() => ({ left, right }), [left, right]);
}

function Editor({ bench: { state, task, dispatch }, view, toggle }: Omit<Props, "keymap">) {
  const { pair, answer } = task!;
  const choice = answer.choice!;
  const { objection } = state;
  return (
    <EditorPanel
      letter={LETTER[choice]}
      language={pair.pool.language}
      original={pair[choice].text}
      text={answer[choice].editText ?? pair[choice].text}
      policy={pair.pool.editPolicy}
      view={view}
      error={objection?.field === "edit" || objection?.kind === "unchanged" ? objection.message : undefined}
      onWrite={(text) => dispatch({ type: "write", place: choice, text })}
      onToggle={toggle}
      onDiscard={() => dispatch({ type: "discard-edit" })}
    />
  );
}
