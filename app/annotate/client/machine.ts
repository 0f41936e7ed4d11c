import { choiceOf, gradeOf, strengthOf, type Grade } from "../grades";
import type { ClaimResponse, ClaimStatus, Draft, DraftContent, Pair, Progress } from "../schema";
import { UserError } from "../../errors";
import { checkEdit, comparable } from "../../votes/rules";

export type EditPolicy = Pair["pool"]["editPolicy"];

export type Task = {
  pair: Pair;
  /** The work done on it so far. */
  answer: DraftContent;
  /** What the server had when this tab last looked, and the version that this tab's saves go on from. */
  saved: DraftContent;
  draftVersion: number;
  /** Other work that another tab has saved, until the person chooses between the two. */
  theirs: Draft | null;
};

/** Why no pair can be fetched: the network or server is away, the session has ended, or the server reports a fault. */
export type Obstacle = { kind: "offline" | "signed-out" | "failed"; message: string };

/**
 * Why what was asked for was not done, in words. `unchanged` passes when confirmed once more, and the grade goes out
 * alone; `edit-lost`, shown before an edit is thrown away with its side, when the same is asked again; a `rule` of the
 * pool never passes.
 */
export type Objection = { kind: "no-grade" | "unchanged" | "edit-lost" | "rule"; field?: string; message: string };

/**
 * loading: no pair on screen, one is being fetched; entered at the start and when answers outrun the fetching.
 * reading: a pair on screen, no grade. chosen: a grade, not confirmed. editing: the better response is open as an editor.
 * objecting: a confirmation was refused once, and says why; any change leaves it, a second confirmation may pass.
 * conflict: another tab saved other work on this pair; left by choosing one of the two.
 * waiting: what is left is held by others; asks again by itself. finished, no-pools: nothing to do.
 * blocked: fetching failed; left by the next fetch that works.
 * From every state with a pair, `submitted`, `skipped` and `lost` lead to reading (or chosen, editing) of the next, or to loading.
 */
export type Stage =
  "loading" | "reading" | "chosen" | "editing" | "objecting" | "conflict" | "waiting" | "finished" | "no-pools" | "blocked";

export type State = {
  stage: Stage;
  /** The first is on screen, the others are rendered behind it. */
  queue: Task[];
  progress: Progress | null;
  objection: Objection | null;
  /** Whether the editor is open; kept through `objecting` and `conflict`. */
  editorOpen: boolean;
  obstacle: Obstacle | null;
  retryAfterMs: number | null;
  /** Set when the pair on screen is no longer this tab's. */
  leaseWarning: "elsewhere" | "lost" | null;
};

export type Event =
  | { type: "claimed"; response: ClaimResponse; tasks: Task[] }
  | { type: "obstructed"; obstacle: Obstacle }
  | { type: "grade"; grade: Grade }
  | { type: "clear" }
  | { type: "open-editor" }
  | { type: "close-editor" }
  | { type: "discard-edit" }
  | { type: "write"; text: string }
  | { type: "nothing-to-improve"; value: boolean }
  | { type: "comment"; text: string }
  | { type: "object"; objection: Objection }
  | { type: "submitted" }
  | { type: "skipped" }
  | { type: "restored"; task: Task; countedToday: boolean }
  | { type: "draft-saved"; comparisonId: string; version: number }
  | { type: "draft-conflict"; comparisonId: string; theirs: Draft }
  | { type: "take-theirs" }
  | { type: "keep-mine" }
  | { type: "lease"; comparisonId: string; state: "held" | "elsewhere" | "lost" };

export const EMPTY_ANSWER: DraftContent = {
  choice: null,
  strength: null,
  editText: null,
  nothingToImprove: false,
  comment: "",
  activeMs: 0,
};

export const initialState: State = {
  stage: "loading",
  queue: [],
  progress: null,
  objection: null,
  editorOpen: false,
  obstacle: null,
  retryAfterMs: null,
  leaseWarning: null,
};

export const currentTask = (state: State): Task | null => state.queue[0] ?? null;

/** The text of the response that the annotator holds to be better. */
export const chosenText = ({ pair, answer }: Task): string | null => (answer.choice ? pair[answer.choice].text : null);

const NO_GRADE: Objection = { kind: "no-grade", message: "Grade the pair first: choose one of the eight buttons." };
const UNCHANGED: Objection = { kind: "unchanged", message: "The edit changes nothing. Confirm once more to submit the grade alone." };
const STILL_UNCHANGED: Objection = {
  kind: "rule",
  field: "edit",
  message: "The edit changes nothing yet. Improve the text, or choose “Nothing to improve” and say why.",
};
const EDIT_LOST: Objection = { kind: "edit-lost", message: "That would throw your edit away. Do the same once more if you mean it." };

const hasEdit = ({ answer, pair }: Task) => answer.editText !== null && !answer.nothingToImprove && pair.pool.editPolicy !== "off";
const changesNothing = (task: Task) => comparable(task.answer.editText!) === comparable(chosenText(task)!);

/** What stands in the way of submitting this task, or null. `shown` is the objection that the person has seen already. */
export function objectionTo(task: Task, shown: Objection | null): Objection | null {
  const { answer, pair } = task;
  const { editPolicy } = pair.pool;
  if (!gradeOf(answer.choice, answer.strength)) return NO_GRADE;
  if (hasEdit(task) && changesNothing(task)) {
    if (editPolicy === "required") return STILL_UNCHANGED;
    return shown?.kind === "unchanged" ? null : UNCHANGED;
  }
  try {
    const edit = hasEdit(task) ? { text: answer.editText! } : undefined;
    checkEdit(editPolicy, chosenText(task)!, { edit, nothingToImprove: answer.nothingToImprove, comment: answer.comment });
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "rule", field: error.field, message: error.message };
  }
}

/** The edit that goes out with the answer. One that changes nothing is not an edit. */
export const submittedEdit = (task: Task): string | null => (hasEdit(task) && !changesNothing(task) ? task.answer.editText : null);

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case "claimed":
      return claimed(state, event.response, event.tasks);
    case "obstructed":
      return state.queue.length > 0 ? { ...state, obstacle: event.obstacle } : { ...state, stage: "blocked", obstacle: event.obstacle };
    case "submitted":
      return next({ ...state, progress: countToday(state.progress, 1) });
    case "skipped":
      return next(state);
    case "restored":
      return show({
        ...state,
        progress: event.countedToday ? countToday(state.progress, -1) : state.progress,
        queue: [event.task, ...without(state.queue, event.task)],
      });
    case "lease":
      return lease(state, event.comparisonId, event.state);
    case "draft-saved":
      return { ...state, queue: versioned(state.queue, event.comparisonId, event.version) };
    default:
      return currentTask(state) ? onTask(state, event) : state;
  }
}

type TaskEvent = Exclude<Event, { type: "claimed" | "obstructed" | "submitted" | "skipped" | "restored" | "lease" | "draft-saved" }>;

function onTask(state: State, event: TaskEvent): State {
  switch (event.type) {
    case "grade":
      return grade(state, event.grade);
    case "clear":
      return clear(state);
    case "open-editor":
      return openEditor(state);
    case "close-editor":
      return settle({ ...state, editorOpen: false, objection: null });
    case "discard-edit":
      return change({ ...state, editorOpen: false }, { editText: null });
    case "write":
      return change(state, { editText: event.text, nothingToImprove: false });
    case "nothing-to-improve":
      return change({ ...state, editorOpen: state.editorOpen && !event.value }, { nothingToImprove: event.value });
    case "comment":
      return change(state, { comment: event.text });
    case "object":
      return object(state, event.objection);
    default:
      return onConflict(state, event);
  }
}

function onConflict(state: State, event: Extract<TaskEvent, { type: "draft-conflict" | "take-theirs" | "keep-mine" }>): State {
  const [task, ...rest] = state.queue as [Task, ...Task[]];
  if (event.type === "draft-conflict") {
    if (event.comparisonId !== task.pair.comparisonId) return state;
    return settle({ ...state, queue: [{ ...task, theirs: event.theirs }, ...rest] });
  }
  if (!task.theirs) return state;
  const { content, version } = task.theirs;
  const answer = event.type === "take-theirs" ? content : task.answer;
  return show({ ...state, queue: [{ ...task, answer, saved: content, draftVersion: version, theirs: null }, ...rest] });
}

const EMPTY_STAGE: Record<Exclude<ClaimStatus, "ok">, Stage> = { "nothing-now": "waiting", finished: "finished", "no-pools": "no-pools" };

function claimed(state: State, response: ClaimResponse, tasks: Task[]): State {
  const held = new Set(state.queue.map((task) => task.pair.comparisonId));
  const queue = [...state.queue.map((task) => renewed(task, tasks)), ...tasks.filter((task) => !held.has(task.pair.comparisonId))];
  const updated = { ...state, queue, progress: response.progress, obstacle: null, retryAfterMs: response.retryAfterMs };
  if (state.queue.length > 0) return updated;
  if (queue.length > 0) return show(updated);
  return { ...updated, stage: response.status === "ok" ? "loading" : EMPTY_STAGE[response.status] };
}

/** A pair that comes again brings a newer lease, never older work. */
function renewed(task: Task, tasks: Task[]): Task {
  const again = tasks.find(({ pair }) => pair.comparisonId === task.pair.comparisonId);
  return again && again.pair.leaseId !== task.pair.leaseId ? { ...task, pair: { ...task.pair, leaseId: again.pair.leaseId } } : task;
}

const next = (state: State): State => show({ ...state, queue: state.queue.slice(1) });

/** Puts the first pair of the queue on screen, as far as the work on it had come. */
function show(state: State): State {
  const task = currentTask(state);
  const editorOpen = task !== null && task.answer.editText !== null && task.answer.choice !== null && task.pair.pool.editPolicy !== "off";
  return settle({ ...state, editorOpen, objection: null, leaseWarning: null });
}

/** The stage that follows from the work on screen when nothing special is going on. */
function settle(state: State): State {
  const task = currentTask(state);
  if (!task) return { ...state, stage: state.obstacle ? "blocked" : "loading" };
  if (task.theirs) return { ...state, stage: "conflict" };
  if (state.editorOpen) return { ...state, stage: "editing" };
  return { ...state, stage: gradeOf(task.answer.choice, task.answer.strength) ? "chosen" : "reading" };
}

function change(state: State, changes: Partial<DraftContent>): State {
  const [task, ...rest] = state.queue as [Task, ...Task[]];
  return settle({ ...state, objection: null, queue: [{ ...task, answer: { ...task.answer, ...changes } }, ...rest] });
}

/** Another side takes the edit away, since it was made to the other response. */
function grade(state: State, value: Grade): State {
  const { answer } = currentTask(state)!;
  const choice = choiceOf(value);
  const sameSide = answer.choice === choice;
  if (!sameSide && wouldLoseEdit(state)) return object(state, EDIT_LOST);
  const kept = sameSide ? {} : { editText: null, nothingToImprove: false };
  return change({ ...state, editorOpen: state.editorOpen && sameSide }, { choice, strength: strengthOf(value), ...kept });
}

function clear(state: State): State {
  if (wouldLoseEdit(state)) return object(state, EDIT_LOST);
  return change({ ...state, editorOpen: false }, { choice: null, strength: null, editText: null, nothingToImprove: false });
}

function wouldLoseEdit(state: State): boolean {
  const task = currentTask(state)!;
  const { editText } = task.answer;
  return editText !== null && state.objection?.kind !== "edit-lost" && editText.trim() !== chosenText(task)?.trim();
}

function openEditor(state: State): State {
  const task = currentTask(state)!;
  if (!task.answer.choice || task.pair.pool.editPolicy === "off") return object(state, NO_GRADE);
  return change({ ...state, editorOpen: true }, { editText: task.answer.editText ?? chosenText(task), nothingToImprove: false });
}

function object(state: State, objection: Objection): State {
  return state.stage === "conflict" ? state : { ...state, stage: "objecting", objection };
}

function lease(state: State, comparisonId: string, held: "held" | "elsewhere" | "lost"): State {
  if (currentTask(state)?.pair.comparisonId === comparisonId) return { ...state, leaseWarning: held === "held" ? null : held };
  return held === "held" ? state : { ...state, queue: state.queue.filter((task) => task.pair.comparisonId !== comparisonId) };
}

const without = (queue: Task[], task: Task) => queue.filter(({ pair }) => pair.comparisonId !== task.pair.comparisonId);

const versioned = (queue: Task[], comparisonId: string, version: number) =>
  queue.map((task) => (task.pair.comparisonId === comparisonId ? { ...task, draftVersion: version } : task));

const countToday = (progress: Progress | null, by: number): Progress | null =>
  progress && { ...progress, today: Math.max(0, progress.today + by) };
