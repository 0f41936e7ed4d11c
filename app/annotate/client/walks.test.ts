import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeWorkbenchServer, type Line } from "../../../tests/support/fake-workbench-server";
import { TEXT } from "../../../tests/support/workbench";
import { choiceOf, strengthOf, type Grade } from "../grades";
import type { DraftContent, PairPool, Place } from "../schema";
import { EMPTY_ANSWER, editOf, gradeIn, sameAnswer, withGrade, withSide } from "./answer";
import { call } from "./api";
import { LocalDrafts, type DraftKeeper } from "./drafts";
import { confirmation, confirmsBy, currentTask, initialState, reduce, type Event, type PairEvent, type State } from "./machine";
import { Outbox } from "./outbox";
import { memoryStore, type Session } from "./session";
import { post, voteOf } from "./use-answering";
import { toTasks } from "./use-claims";
import { makeKeeper } from "./use-drafts";
import { takeBack, type Last } from "./use-undo";

/**
 * Random walks of a person over the state machine, the drafts and the outbox as they are, against the server's rules in
 * memory. A model that knows only what the person did says what has to be on screen after each step; a vote that is
 * accepted must be what the screen said when it was confirmed.
 */

/** What a person believes of one pair: what they did to it, in the plainest form. */
type Belief = { grade: Grade | null; edits: Record<Place, string | null>; perfect: Record<Place, boolean>; comment: string };
const NOTHING: Belief = { grade: null, edits: { left: null, right: null }, perfect: { left: false, right: false }, comment: "" };

/** One page load, wired as the hooks wire it. */
class Page {
  state: State = initialState;
  last: Last | null = null;
  #keeper: DraftKeeper | null = null;
  #keeps: string | null = null;

  constructor(readonly session: Session) {}

  dispatch = (event: Event) => {
    this.state = reduce(this.state, event);
    const task = currentTask(this.state);
    if ((task?.pair.comparisonId ?? null) !== this.#keeps) {
      this.#leave();
      this.#keeps = task?.pair.comparisonId ?? null;
      this.#keeper = task && makeKeeper(this.session, { draft: task.pair.draft, untouched: EMPTY_ANSWER }, () => undefined, this.dispatch);
    }
    this.#keeper?.rebase(task!.pair.draft);
    if (task)
      this.#keeper?.note({ comparisonId: task.pair.comparisonId, leaseId: task.pair.leaseId, content: task.answer }, task.theirs !== null);
  };

  act = (event: PairEvent) => {
    const task = currentTask(this.state);
    if (task) this.dispatch({ ...event, on: task.pair.comparisonId });
  };

  /** True when an answer left for the outbox. */
  confirm(): boolean {
    if (!currentTask(this.state)) return false;
    const next = confirmation(this.state);
    if (next !== "submit") {
      this.act(next);
      return false;
    }
    post(
      {
        session: this.session,
        state: this.state,
        clock: { activeMs: () => 0, running: () => true, wasActive: () => true },
        closeDraft: () => this.#keeper?.close(),
        remember: (last) => (this.last = last),
        dispatch: this.act,
      },
      "vote",
      voteOf,
    );
    return true;
  }

  press(grade: Grade): boolean {
    if (confirmsBy(this.state, grade)) return this.confirm();
    this.act({ type: "grade", grade });
    return false;
  }

  async claim(): Promise<void> {
    if (this.state.queue.length >= 3 || this.session.outbox.state.waiting.length > 0) return;
    const asked = Date.now();
    const { turn } = this.state;
    const response = await call("claim", { tab: this.session.tab, count: 3 }).catch(() => null);
    if (response) this.dispatch({ type: "claimed", response, tasks: toTasks(response, this.session, asked), turn });
  }

  async undo(): Promise<string | null> {
    if (!this.last) return null;
    const { last } = this;
    const task = await takeBack(this.session, last).catch(() => null);
    if (!task) return null;
    this.last = null;
    this.dispatch({ type: "restored", task, countedToday: true });
    return task.pair.comparisonId;
  }

  /** The page is left or killed after pagehide. */
  #leave() {
    this.#keeper?.writeLocal();
    this.#keeper?.close();
  }
  close = () => this.#leave();
}

type Step =
  | { do: "press" | "regrade"; grade: Grade }
  | { do: "edit"; text: string }
  | { do: "comment"; text: string }
  | { do: "perfect"; value: boolean }
  | { do: "line"; line: Line }
  | { do: "wait"; ms: number }
  | { do: "elsewhere"; grade: Grade; text: string | null }
  | { do: "close" | "discard" | "clear" | "confirm" | "reload" | "undo" | "take-theirs" | "keep-mine" };

class Walk {
  server: FakeWorkbenchServer;
  store = memoryStore();
  page!: Page;
  beliefs = new Map<string, Belief>();
  /** What the screen said when each answer was confirmed, by pair; and the belief then, for an undo. */
  confirmed = new Map<string, { shown: string; belief: Belief }>();
  /** What another tab saved last, by pair. */
  elsewhere = new Map<string, DraftContent>();
  checked = 0;

  constructor(policy: PairPool["editPolicy"]) {
    this.server = new FakeWorkbenchServer(policy, 12);
    vi.stubGlobal("fetch", this.server.fetch);
    this.open();
  }

  open() {
    const drafts = new LocalDrafts(this.store, "ada", "this-tab");
    // A page that is gone sends nothing more.
    const outbox = new Outbox(this.store, "ada", "this-tab", async ({ send }) => {
      if (this.page !== page || send.kind !== "vote") return await new Promise(() => undefined);
      return await call("vote", send.body);
    });
    const page = new Page({ tab: "this-tab", userId: "ada", outbox, drafts });
    this.page = page;
    void outbox.kick();
  }

  get id(): string | undefined {
    return currentTask(this.page.state)?.pair.comparisonId;
  }
  get belief(): Belief {
    return this.beliefs.get(this.id!) ?? NOTHING;
  }
  believe(change: Partial<Belief>) {
    this.beliefs.set(this.id!, { ...this.belief, ...change });
  }

  async step(step: Step): Promise<void> {
    await this.#take(step);
    await vi.advanceTimersByTimeAsync(1);
    await this.page.claim();
    this.#look();
    this.#check();
  }

  async #take(step: Step): Promise<void> {
    const { page, server, id } = this;
    if (step.do === "line") return void (server.line = step.line);
    if (step.do === "wait") return void (await vi.advanceTimersByTimeAsync(step.ms));
    if (step.do === "reload") {
      page.close();
      return this.open();
    }
    if (step.do === "undo") {
      if (server.line === "deaf") server.line = "up";
      const back = await Promise.race([page.undo(), vi.advanceTimersByTimeAsync(60_000).then(() => null)]);
      if (back) this.beliefs.set(back, this.confirmed.get(back)!.belief);
      return;
    }
    if (!id) return;
    this.#onPair(step, id);
  }

  #onPair(step: Step, id: string): void {
    const { page } = this;
    const { grade, edits, perfect } = this.belief;
    const side = grade && choiceOf(grade);
    const editable = side && currentTask(page.state)!.pair.pool.editPolicy !== "off";
    switch (step.do) {
      case "press":
        if (this.#sent(id, () => page.press(step.grade))) return;
        return this.believe({ grade: step.grade });
      case "clear":
        page.act({ type: "clear" });
        return this.believe({ grade: null });
      case "edit":
        page.act({ type: "open-editor" });
        if (!editable) return;
        page.act({ type: "write", place: side, text: step.text });
        return this.believe({ edits: { ...edits, [side]: step.text }, perfect: { ...perfect, [side]: false } });
      case "discard":
        page.act({ type: "discard-edit" });
        return editable ? this.believe({ edits: { ...edits, [side]: null } }) : undefined;
      case "close":
        return page.act({ type: "close-editor" });
      case "perfect":
        page.act({ type: "nothing-to-improve", value: step.value });
        return editable ? this.believe({ perfect: { ...perfect, [side]: step.value } }) : undefined;
      case "comment":
        page.act({ type: "comment", text: step.text });
        return this.believe({ comment: step.text });
      case "confirm":
        return void this.#sent(id, () => page.confirm());
      default:
        return this.#conflict(step, id);
    }
  }

  #conflict(step: Step, id: string): void {
    const theirs = currentTask(this.page.state)!.theirs;
    if (step.do === "elsewhere") {
      const answer = withGrade(EMPTY_ANSWER, step.grade);
      const content = withSide(answer, answer.choice!, { editText: step.text });
      if (this.server.saveElsewhere(id, content)) this.elsewhere.set(id, content);
    }
    if (step.do === "keep-mine") {
      this.page.act({ type: "keep-mine" });
      const { grade, edits } = this.belief;
      for (const place of ["left", "right"] as const)
        if (theirs && place !== (grade && choiceOf(grade)) && edits[place] === null)
          this.believe({ edits: { ...this.belief.edits, [place]: theirs.content[place].editText } });
    }
    if (step.do === "take-theirs" && theirs) {
      this.page.act({ type: "take-theirs" });
      const { content } = theirs;
      const kept = (place: Place) => content[place].editText ?? (place === content.choice ? null : this.belief.edits[place]);
      this.believe({
        grade: gradeIn(content),
        edits: { left: kept("left"), right: kept("right") },
        perfect: { left: false, right: false },
        comment: content.comment,
      });
    }
  }

  /** Confirms, and remembers what the screen said at that moment. */
  #sent(id: string, confirm: () => boolean): boolean {
    const shown = screenOf(this.page.state);
    const { belief } = this;
    if (!confirm()) return false;
    this.confirmed.set(id, { shown, belief });
    this.beliefs.delete(id);
    return true;
  }

  /**
   * What is on screen is what the person did. Where another tab has saved its work on the pair, that may be there
   * instead, and is what the person sees from then on; but only as that tab saved it.
   */
  #look(): void {
    const task = currentTask(this.page.state);
    if (!task || task.theirs) return;
    const { answer } = task;
    const theirs = this.elsewhere.get(this.id!);
    if (theirs && sameAnswer(answer, theirs)) {
      const edits = { left: answer.left.editText, right: answer.right.editText };
      this.believe({ grade: gradeIn(answer), edits, perfect: NOTHING.perfect, comment: answer.comment });
    }
    expect(screenOf(this.page.state)).toBe(believed(this.belief, task.pair.pool.editPolicy));
  }

  #check(): void {
    for (const vote of this.server.accepted.slice(this.checked)) {
      this.checked++;
      const { choice, strength, edit, nothingToImprove, comment } = vote;
      const said = sentence({ choice, strength, text: edit?.text ?? null, perfect: nothingToImprove, comment });
      expect(said).toBe(this.confirmed.get(vote.comparisonId)!.shown);
    }
  }
}

type Said = { choice: Place; strength: string; text: string | null; perfect: boolean; comment: string };
const sentence = ({ choice, strength, text, perfect, comment }: Said) =>
  `${choice} ${strength}; text: ${text ?? TEXT[choice]};${perfect ? " nothing to improve;" : ""} comment: ${comment}`;

/** The chosen response as the page shows it: the radio button, the text in its panel or editor, the ticked box, the comment. */
function screenOf(state: State): string {
  const task = currentTask(state);
  const grade = task && gradeIn(task.answer);
  if (!task || !grade) return `no grade; comment: ${task?.answer.comment ?? ""}`;
  const choice = choiceOf(grade);
  const inEditor = state.editorOpen ? task.answer[choice].editText : null;
  const text = inEditor !== null && inEditor.trim() !== TEXT[choice].trim() ? inEditor : editOf(task, choice);
  const perfect = task.pair.pool.editPolicy === "required" && task.answer[choice].nothingToImprove;
  return sentence({ choice, strength: strengthOf(grade), text, perfect, comment: task.answer.comment });
}

function believed({ grade, edits, perfect, comment }: Belief, policy: PairPool["editPolicy"]): string {
  if (!grade) return `no grade; comment: ${comment}`;
  const choice = choiceOf(grade);
  const isPerfect = policy === "required" && perfect[choice];
  const edit = edits[choice];
  const text = policy === "off" || isPerfect || edit === null || edit.trim() === TEXT[choice].trim() ? null : edit;
  return sentence({ choice, strength: strengthOf(grade), text, perfect: isPerfect, comment });
}

const grade = fc.integer({ min: 1, max: 8 }) as fc.Arbitrary<Grade>;
const text = fc.constantFrom(`${TEXT.left} Better.`, `${TEXT.right} Better.`, TEXT.left, `${TEXT.right}\n`, "Short, and another thing.");
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("press" as const), grade }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("edit" as const), text }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: "confirm" }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("comment" as const), text: fc.constantFrom("", "Why not.") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("perfect" as const), value: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("line" as const), line: fc.constantFrom<Line>("up", "up", "down", "deaf") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(50, 500, 2_000, 40_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("elsewhere" as const), grade, text: fc.option(text) }) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom("close", "discard", "clear", "reload", "undo", "take-theirs", "keep-mine", "reload", "undo", "close")
      .map((what): Step => ({ do: what as "close" })),
  },
);
const policies = fc.constantFrom<PairPool["editPolicy"]>("optional", "optional", "required", "off");

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("over 500 random walks, each vote that arrives is what the screen said when it was confirmed, and none is lost", async () => {
  let votes = 0;
  await fc.assert(
    fc.asyncProperty(policies, fc.array(steps, { minLength: 20, maxLength: 60 }), async (policy, walk) => {
      // Nothing of the walk before may act in this one.
      vi.clearAllTimers();
      const person = new Walk(policy);
      await person.page.claim();
      for (const step of walk) await person.step(step);
      person.server.line = "up";
      await person.step({ do: "wait", ms: 120_000 });
      // Everything confirmed and not taken back has arrived, unless another tab's work stopped it, which was said.
      const refused = new Set(person.page.session.outbox.state.refused.map(({ send }) => send.body.comparisonId));
      for (const id of person.confirmed.keys())
        if (!person.beliefs.has(id) && !refused.has(id)) expect(person.server.votes.has(id)).toBe(true);
      votes += person.server.accepted.length;
    }),
    { numRuns: 500 },
  );
  // Walks that never submit anything would prove nothing.
  expect(votes).toBeGreaterThan(500);
}, 120_000);
