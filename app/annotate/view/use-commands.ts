import { pageHeading } from "../../shell/focus";
import { useAnnounce } from "../../ui/announce";
import { cannotBeImproved } from "../client/answer";
import { scrollResponses } from "../client/use-scrolling";
import { useKeys } from "../client/use-keys";
import { VIEW_LABELS, type SwitchedView, type ToggleView, type View } from "../client/use-view";
import type { Workbench } from "../client/use-workbench";
import type { Grade } from "../grades";
import type { ActionId, Keymap } from "../keymap";
import type { OpenDialog } from "./workbench-dialogs";

type Surroundings = {
  bench: Workbench;
  keymap: Keymap;
  view: View;
  toggle: ToggleView;
  dialog: OpenDialog;
  setDialog: (dialog: OpenDialog) => void;
  comment: { open: boolean; show: () => void; hide: () => void };
};

type Commands = Record<Exclude<ActionId, `grade${number}`> | "escape", () => void>;

/** What each key does. Keys that need a pair do nothing without one. */
export function useCommands(surroundings: Surroundings): void {
  const { bench, keymap, view, toggle, dialog, setDialog, comment } = surroundings;
  const announce = useAnnounce();
  const { task, dispatch, state } = bench;
  /** By key no button is there to say it. */
  const flip = (part: SwitchedView) => {
    toggle(part);
    announce(`${VIEW_LABELS[part]}: ${view[part] ? "off" : "on"}`);
  };
  const commands: Commands = {
    confirm: bench.confirm,
    edit: () => dispatch({ type: state.editorOpen ? "close-editor" : "open-editor" }),
    nothing: () => {
      if (task?.pair.pool.editPolicy !== "required") return;
      const value = !(task.answer.choice && cannotBeImproved(task, task.answer.choice));
      dispatch({ type: "nothing-to-improve", value });
      if (value && task.answer.choice) comment.show();
    },
    comment: comment.show,
    undo: bench.undo,
    skip: () => setDialog("skip"),
    flag: () => setDialog("flag"),
    diff: () => flip("diff"),
    raw: () => flip("raw"),
    sync: () => flip("sync"),
    guidelines: () => flip("guidelines"),
    prompt: () => flip("promptFolded"),
    down: () => scrollResponses(1),
    up: () => scrollResponses(-1),
    help: () => setDialog("keys"),
    escape: () => escape(surroundings),
  };
  const withoutPair = new Set<ActionId | "escape">(["undo", "help"]);
  useKeys(keymap, dialog === null, (action) => {
    if (!task && !withoutPair.has(action)) return;
    const grade = /^grade(\d)$/.exec(action)?.[1];
    if (grade) bench.grade(Number(grade) as Grade);
    else commands[action as keyof Commands]();
  });
}

/** One step back: what is open first, the grade last. Messages and dialogs have closed by themselves before. */
function escape({ bench: { state, task, dispatch }, view, toggle, comment }: Surroundings): void {
  const focused = document.activeElement;
  const emptyComment = comment.open && task?.answer.comment === "";
  if (state.editorOpen) dispatch({ type: "close-editor" });
  else if (focused instanceof HTMLTextAreaElement || emptyComment) comment.hide();
  else if (view.guidelines) toggle("guidelines");
  else dispatch({ type: "clear" });
  if (focused !== document.body) pageHeading()?.focus({ preventScroll: true });
}
