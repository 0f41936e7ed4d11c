import { useMemo } from "react";
import type { ToggleView, View } from "../client/use-view";
import type { Workbench } from "../client/use-workbench";
import { LETTER } from "../grades";
import type { Keymap } from "../keymap";
import { EditorPanel } from "./editor-panel";
import { PairView } from "./pair-view";

type Props = { bench: Pick<Workbench, "state" | "task" | "dispatch">; view: View; keymap: Keymap; toggle: ToggleView };

/** The pair on screen, and behind it those that come next: rendered already, so that showing one takes a single frame. */
export function Pairs({ bench, view, keymap, toggle }: Props) {
  const { state, task } = bench;
  const { raw, diff, sync, promptFolded } = view;
  const shown = useMemo(() => ({ raw, diff, sync, promptFolded }), [raw, diff, sync, promptFolded]);
  const fold = useMemo(() => () => toggle("promptFolded"), [toggle]);
  const editor = state.editorOpen && task?.answer.choice ? <Editor bench={bench} view={view} toggle={toggle} /> : null;
  return (
    <div className="wb-pairs">
      {state.queue.map(({ pair, answer }, index) => (
        <PairView
          key={pair.comparisonId}
          pair={pair}
          active={index === 0}
          view={shown}
          choice={index === 0 ? answer.choice : null}
          editor={index === 0 ? editor : null}
          promptKey={keymap.prompt}
          onFoldPrompt={fold}
        />
      ))}
    </div>
  );
}

function Editor({ bench: { state, task, dispatch }, view, toggle }: Omit<Props, "keymap">) {
  const { pair, answer } = task!;
  const choice = answer.choice!;
  const { objection } = state;
  return (
    <EditorPanel
      letter={LETTER[choice]}
      original={pair[choice].text}
      text={answer.editText ?? pair[choice].text}
      policy={pair.pool.editPolicy}
      view={view}
      error={objection?.field === "edit" || objection?.kind === "unchanged" ? objection.message : undefined}
      onWrite={(text) => dispatch({ type: "write", text })}
      onToggle={toggle}
      onDiscard={() => dispatch({ type: "discard-edit" })}
    />
  );
}
