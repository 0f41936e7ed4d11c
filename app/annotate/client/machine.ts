import { choiceOf, type Grade } from "../grades";
import type { ClaimResponse, ClaimStatus, Draft, DraftContent, LeaseState, Pair, Place, Progress } from "../schema";
import { withLineEndsOf } from "../../votes/line-ends";
import { againstRule, editOf, gradeIn, keptWith, withGrade, withSide, type Worked } from "./answer";

export type EditPolicy = Pair["pool"]["editPolicy"];

export type Task = Worked & {
  /** Other work that another tab has saved, until the person chooses between the two. */
  theirs: Draft | null;
  /** Whether the pair is still this tab's. */
  lease: LeaseState;
};

/** Why no pair can be fetched: the network or server is away, the session has ended, or the server reports a fault. */
export type Obstacle = { kind: "offline" | "signed-out" | "failed"; message: string };

/**
 * Why what was asked for was not done, in words. `unchanged` passes when confirmed once more, and the grade goes out
 * alone; a `rule` of the pool never passes.
 */
export type Objection = { kind: "no-grade" | "unchanged" | "rule"; field?: string; message: string };

/** Everything else follows from these: see stageOf, and answer.ts for what a task says. */
export type State = {
  /** The first is on screen, the others are rendered behind it. */
  queue: Task[];
  /** What the last claim brought, or what kept it from bringing anything. `ok` before the first. */
  supply: ClaimStatus | Obstacle;
  progress: Progress | null;
  /** Answers and skips so far, and with which of them each pair left. */
  turn: number;
  leftAt: Record<string, number>;
  /** The next three are of the pair on screen, since it came there. */
  editorOpen: boolean;
  /** The grade was given in this sight of the pair, not restored from a draft: the same key again confirms it. */
  gradedHere: boolean;
  /** The objection that the person sees. Any change takes it away. */
  objection: Objection | null;
};

/** What can happen to the pair on screen. */
export type PairEvent =
  | { type: "grade"; grade: Grade }
  | { type: "clear" }
  | { type: "open-editor" }
  | { type: "close-editor" }
  | { type: "discard-edit" }
  | { type: "write"; place: Place; text: string }
  | { type: "nothing-to-improve"; value: boolean }
  | { type: "comment"; text: string }
  | { type: "object"; objection: Objection }
  | { type: "take-theirs" }
  | { type: "keep-mine" }
  | { type: "submitted" }
  | { type: "skipped" };

/**
 * `on` names the pair that was on screen when the person acted. An event that arrives when another is there by now does
 * nothing: a key pressed in the last moment of one pair must not grade the next.
 */
export type Event =
  | (PairEvent & { on: string })
  /**
   * `turn` is that of the state when the claim was asked. Its response is taken in later, behind what the person does: a
   * pair that was answered after that turn does not come back by it.
   */
  | { type: "claimed"; response: ClaimResponse; tasks: Task[]; turn: number }
  | { type: "obstructed"; obstacle: Obstacle }
  | { type: "restored"; task: Task; countedToday: boolean }
  | { type: "draft-saved"; comparisonId: string; draft: Draft }
  | { type: "draft-conflict"; comparisonId: string; theirs: Draft }
  | { type: "lease"; comparisonId: string; state: LeaseState };

/** As a pair comes on screen. The editor is closed even where there is an edit: keys typed on arrival must not write into it. */
const ARRIVED = { editorOpen: false, gradedHere: false, objection: null };
export const initialState: State = { queue: [], supply: "ok", progress: null, turn: 0, leftAt: {}, ...ARRIVED };

/**
 * With a pair on screen. reading: no grade. chosen: a grade, not confirmed. editing: the better response is open as an
 * editor. objecting: a confirmation was refused, and says why. conflict: another tab saved other work on this pair.
 * Without one. loading: one is being fetched. waiting: what is left is held by others. finished, no-pools: nothing to
 * do. blocked: fetching failed.
 */
export type Stage =
  "loading" | "reading" | "chosen" | "editing" | "objecting" | "conflict" | "waiting" | "finished" | "no-pools" | "blocked";

const EMPTY_STAGE: Record<ClaimStatus, Stage> = {
  ok: "loading",
  "nothing-now": "waiting",
  finished: "finished",
  "no-pools": "no-pools",
};

export function stageOf({ queue, supply, objection, editorOpen }: State): Stage {
  const task = queue[0];
  if (!task) return typeof supply === "string" ? EMPTY_STAGE[supply] : "blocked";
  if (task.theirs) return "conflict";
  if (objection) return "objecting";
  if (editorOpen) return "editing";
  return gradeIn(task.answer) ? "chosen" : "reading";
}

export const currentTask = (state: State): Task | null => state.queue[0] ?? null;
export const obstacleOf = ({ supply }: State): Obstacle | null => (typeof supply === "string" ? null : supply);

const NO_GRADE: Objection = { kind: "no-grade", message: "Grade the pair first: choose one of the eight buttons." };
const UNCHANGED: Objection = { kind: "unchanged", message: "The edit changes nothing. Confirm once more to submit the grade alone." };
const STILL_UNCHANGED: Objection = {
  kind: "rule",
  field: "edit",
  message: "The edit changes nothing yet. Improve the text, or choose “Nothing to improve” and say why.",
};
const TWO_VERSIONS: Objection = {
  kind: "rule",
  message: "This pair was changed in another tab. Choose first which of the two versions stays.",
};

/** What stands in the way of submitting the pair on screen, or null. */
export function objectionTo(state: State): Objection | null {
  const task = currentTask(state);
  if (!task?.answer.choice || !task.answer.strength) return NO_GRADE;
  if (task.theirs) return TWO_VERSIONS;
  if (state.editorOpen && editOf(task, task.answer.choice) === null) {
    if (task.pair.pool.editPolicy === "required") return STILL_UNCHANGED;
    return state.objection?.kind === "unchanged" ? null : UNCHANGED;
  }
  const broken = againstRule(task);
  return broken && { kind: "rule", ...broken };
}

/** What confirming does now: it submits; or it says what is missing, or leads to it. */
export function confirmation(state: State): "submit" | PairEvent {
  const objection = objectionTo(state);
  if (!objection) return "submit";
  // Where an edit is asked for, confirming the grade leads to it.
  return objection.field === "edit" && !state.editorOpen ? { type: "open-editor" } : { type: "object", objection };
}

/** Whether giving this grade is the second time, which confirms. */
export const confirmsBy = (state: State, grade: Grade): boolean =>
  state.gradedHere && state.queue[0] !== undefined && gradeIn(state.queue[0].answer) === grade;

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case "claimed":
      return claimed(state, event);
    case "obstructed":
      return { ...state, supply: event.obstacle };
    case "restored":
      return {
        ...state,
        ...ARRIVED,
        progress: event.countedToday ? countToday(state.progress, -1) : state.progress,
        queue: [event.task, ...without(state.queue, event.task.pair.comparisonId)],
        leftAt: { ...state.leftAt, [event.task.pair.comparisonId]: 0 },
      };
    case "lease":
      return lease(state, event.comparisonId, event.state);
    case "draft-saved":
      return onPair(state, event.comparisonId, (task) => ({ ...task, pair: { ...task.pair, draft: event.draft } }));
    case "draft-conflict":
      return onPair(state, event.comparisonId, (task) => ({ ...task, theirs: event.theirs }));
    default:
      return currentTask(state)?.pair.comparisonId === event.on ? onScreen(state, event) : state;
  }
}

function onScreen(state: State, event: PairEvent): State {
  const task = currentTask(state)!;
  const { answer } = task;
  switch (event.type) {
    // The edit of the side that is left stays with it, and comes back when it is chosen again.
    case "grade":
      return work(state, withGrade(answer, event.grade), {
        gradedHere: true,
        editorOpen: state.editorOpen && choiceOf(event.grade) === answer.choice,
      });
    case "clear":
      return work(state, { ...answer, choice: null, strength: null }, { gradedHere: false, editorOpen: false });
    case "comment":
      return work(state, { ...answer, comment: event.text });
    case "write":
      return work(
        state,
        withSide(answer, event.place, {
          editText: withLineEndsOf(task.pair[event.place].text, event.text),
          nothingToImprove: false,
        }),
      );
    case "object":
      return { ...state, objection: event.objection };
    case "take-theirs":
    case "keep-mine":
      return choose(state, event.type === "keep-mine");
    case "submitted":
      return next({ ...state, progress: countToday(state.progress, 1) });
    case "skipped":
      return next(state);
    default:
      return onEditor(state, task, event);
  }
}

type EditorEvent = Extract<PairEvent, { type: "open-editor" | "close-editor" | "discard-edit" | "nothing-to-improve" }>;

function onEditor(state: State, { answer, pair }: Task, event: EditorEvent): State {
  const { choice } = answer;
  if (event.type === "close-editor") return { ...state, editorOpen: false, objection: null };
  if (!choice || pair.pool.editPolicy === "off") return { ...state, objection: NO_GRADE };
  switch (event.type) {
    case "open-editor":
      return work(state, withSide(answer, choice, { nothingToImprove: false }), { editorOpen: true });
    case "discard-edit":
      return work(state, withSide(answer, choice, { editText: null }), { editorOpen: false });
    case "nothing-to-improve":
      return work(state, withSide(answer, choice, { nothingToImprove: event.value }), { editorOpen: state.editorOpen && !event.value });
  }
}

/** Settles which of two tabs' versions stays. */
function choose(state: State, mine: boolean): State {
  const task = currentTask(state)!;
  if (!task.theirs) return state;
  const { content } = task.theirs;
  const answer = mine ? keptWith(task.answer, content) : keptWith(content, task.answer);
  const settled: Task = { ...task, answer, pair: { ...task.pair, draft: task.theirs }, theirs: null };
  const at = mine ? { objection: null } : ARRIVED;
  return { ...state, ...at, queue: [settled, ...state.queue.slice(1)] };
}

function claimed(state: State, { response, tasks, turn }: Extract<Event, { type: "claimed" }>): State {
  const held = new Set(state.queue.map((task) => task.pair.comparisonId));
  const fresh = tasks.filter(({ pair: { comparisonId: id } }) => !held.has(id) && (state.leftAt[id] ?? 0) <= turn);
  const queue = [...state.queue.map((task) => renewed(task, tasks)), ...fresh];
  return { ...state, queue, progress: response.progress, supply: response.status };
}

/** A pair that comes again brings a newer lease, never older work. */
function renewed(task: Task, tasks: Task[]): Task {
  const again = tasks.find(({ pair }) => pair.comparisonId === task.pair.comparisonId);
  return again ? { ...task, lease: "held", pair: { ...task.pair, leaseId: again.pair.leaseId } } : task;
}

/** Once the queue is empty, what an earlier claim brought says nothing of what another would. */
function next(state: State): State {
  const [done, ...queue] = state.queue as [Task, ...Task[]];
  const turn = state.turn + 1;
  const leftAt = { ...state.leftAt, [done.pair.comparisonId]: turn };
  const supply = queue.length === 0 && typeof state.supply === "string" ? "ok" : state.supply;
  return { ...state, ...ARRIVED, queue, supply, turn, leftAt };
}

function work(state: State, answer: DraftContent, at: Partial<typeof ARRIVED> = {}): State {
  const [task, ...rest] = state.queue as [Task, ...Task[]];
  return { ...state, ...at, objection: null, queue: [{ ...task, answer }, ...rest] };
}

function lease(state: State, comparisonId: string, held: LeaseState): State {
  if (held === "held" || currentTask(state)?.pair.comparisonId === comparisonId)
    return onPair(state, comparisonId, (task) => (task.lease === held ? task : { ...task, lease: held }));
  return { ...state, queue: without(state.queue, comparisonId) };
}

function onPair(state: State, comparisonId: string, change: (task: Task) => Task): State {
  const queue = state.queue.map((task) => (task.pair.comparisonId === comparisonId ? change(task) : task));
  // Most heartbeats bring nothing new, and nothing is drawn again for them.
  return queue.every((task, index) => task === state.queue[index]) ? state : { ...state, queue };
}

const without = (queue: Task[], comparisonId: string) => queue.filter(({ pair }) => pair.comparisonId !== comparisonId);

const countToday = (progress: Progress | null, by: number): Progress | null =>
  progress && { ...progress, today: Math.max(0, progress.today + by) };
