import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Grade } from "../grades";
import type { ClaimResponse, DraftContent, PairPool } from "../schema";
import { currentTask, EMPTY_ANSWER, initialState, objectionTo, reduce, submittedEdit, type Event, type State, type Task } from "./machine";

const ID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

function task(n: number, policy: PairPool["editPolicy"] = "optional", answer: Partial<DraftContent> = {}): Task {
  const pool: PairPool = { id: ID(0), name: "Pool", editPolicy: policy, capability: "general", language: "en", guidelineVersion: 1 };
  const pair = {
    comparisonId: ID(n),
    leaseId: `lease-${n}`,
    leaseExpiresAt: "2030-01-01T00:00:00Z",
    pool,
    messages: [{ role: "user", content: "?" }],
    left: { text: "The left answer, which is long enough to be edited in part." },
    right: { text: "The right answer, which is long enough to be edited in part." },
    draft: null,
  };
  return { pair, answer: { ...EMPTY_ANSWER, ...answer }, saved: EMPTY_ANSWER, draftVersion: 0, theirs: null };
}

const progress = { today: 3, pool: null, remaining: 9 };
const claim = (tasks: Task[], status: ClaimResponse["status"] = "ok"): Event => ({
  type: "claimed",
  response: { status, retryAfterMs: null, pairs: tasks.map(({ pair }) => pair), progress },
  tasks,
});
const run = (events: Event[], from: State = initialState) => events.reduce(reduce, from);
const start = (...tasks: Task[]) => run([claim(tasks)]);

describe("the way of a pair", () => {
  it("goes from loading through reading and chosen to the next pair", () => {
    expect(initialState.stage).toBe("loading");
    const reading = start(task(1), task(2));
    expect(reading.stage).toBe("reading");
    const chosen = run([{ type: "grade", grade: 3 }], reading);
    expect(chosen.stage).toBe("chosen");
    expect(currentTask(chosen)?.answer).toMatchObject({ choice: "left", strength: "slightly_better" });
    const after = run([{ type: "submitted" }], chosen);
    expect(after.stage).toBe("reading");
    expect(currentTask(after)?.pair.comparisonId).toBe(ID(2));
    expect(after.progress?.today).toBe(4);
    expect(run([{ type: "submitted" }], after).stage).toBe("loading");
  });

  it("names every reason for which there is no pair", () => {
    expect(run([claim([], "nothing-now")]).stage).toBe("waiting");
    expect(run([claim([], "finished")]).stage).toBe("finished");
    expect(run([claim([], "no-pools")]).stage).toBe("no-pools");
    const blocked = run([{ type: "obstructed", obstacle: { kind: "offline", message: "" } }]);
    expect(blocked.stage).toBe("blocked");
    expect(run([claim([task(1)])], blocked)).toMatchObject({ stage: "reading", obstacle: null });
  });

  it("keeps the work on screen when the network fails or more pairs come", () => {
    const chosen = run([{ type: "grade", grade: 8 }], start(task(1)));
    const after = run([{ type: "obstructed", obstacle: { kind: "offline", message: "" } }, claim([task(1), task(2)])], chosen);
    expect(after.stage).toBe("chosen");
    expect(currentTask(after)?.answer.strength).toBe("significantly_better");
    expect(after.queue).toHaveLength(2);
  });

  it("opens a pair where its draft left it", () => {
    expect(start(task(1, "optional", { choice: "right", strength: "better", editText: "x" })).stage).toBe("editing");
    expect(start(task(1, "off", { choice: "right", strength: "better" })).stage).toBe("chosen");
  });

  it("brings an undone pair back to the front and takes it out of today's count", () => {
    const after = run([{ type: "grade", grade: 1 }, { type: "submitted" }], start(task(1), task(2)));
    const back = run([{ type: "restored", task: task(1, "optional", { choice: "left", strength: "better" }), countedToday: true }], after);
    expect(back).toMatchObject({ stage: "chosen", progress: { today: 3 } });
    expect(back.queue.map(({ pair }) => pair.comparisonId)).toEqual([ID(1), ID(2)]);
  });

  it("warns when the pair on screen is lost, and drops lost ones behind it", () => {
    const state = start(task(1), task(2));
    expect(run([{ type: "lease", comparisonId: ID(1), state: "lost" }], state)).toMatchObject({ leaseWarning: "lost", stage: "reading" });
    expect(run([{ type: "lease", comparisonId: ID(2), state: "elsewhere" }], state).queue).toHaveLength(1);
  });
});

describe("what may be submitted", () => {
  const graded = { choice: "left", strength: "better" } as const;
  const original = task(1).pair.left.text;
  const check = (policy: PairPool["editPolicy"], answer: Partial<DraftContent>) => objectionTo(task(1, policy, answer), null);

  it("never takes an untouched form", () => {
    expect(check("optional", {})?.kind).toBe("no-grade");
    expect(check("optional", { choice: "left" })?.kind).toBe("no-grade");
  });

  it("takes a grade alone where edits are off or optional", () => {
    expect(check("off", graded)).toBeNull();
    expect(check("optional", graded)).toBeNull();
  });

  it("asks for an edit, or a reason why there is none, where one is required", () => {
    expect(check("required", graded)?.field).toBe("edit");
    expect(check("required", { ...graded, editText: original })?.field).toBe("edit");
    expect(check("required", { ...graded, nothingToImprove: true })?.field).toBe("comment");
    expect(check("required", { ...graded, nothingToImprove: true, comment: "It is perfect." })).toBeNull();
    expect(check("required", { ...graded, editText: `${original} Indeed.` })).toBeNull();
  });

  it("asks once about an edit that changes nothing, then sends the grade alone", () => {
    const unchanged = task(1, "optional", { ...graded, editText: `${original}\n` });
    const objection = objectionTo(unchanged, null);
    expect(objection?.kind).toBe("unchanged");
    expect(objectionTo(unchanged, objection)).toBeNull();
    expect(submittedEdit(unchanged)).toBeNull();
  });

  it("asks for a comment when hardly anything of the response is left, and refuses an empty edit", () => {
    expect(check("optional", { ...graded, editText: "0123456789".repeat(6) })?.field).toBe("comment");
    expect(check("optional", { ...graded, editText: "0123456789".repeat(6), comment: "It was wrong." })).toBeNull();
    expect(check("optional", { ...graded, editText: " " })?.field).toBe("edit");
  });
});

describe("an edit", () => {
  const editing = run([{ type: "grade", grade: 2 }, { type: "open-editor" }, { type: "write", text: "Changed wholly." }], start(task(1)));

  it("survives another strength for the same side", () => {
    expect(currentTask(run([{ type: "grade", grade: 4 }], editing))?.answer.editText).toBe("Changed wholly.");
  });

  it.each([{ type: "grade", grade: 7 } as const, { type: "clear" } as const])(
    "is thrown away only when that is asked for twice: $type",
    (event) => {
      const asked = run([event], editing);
      expect(asked).toMatchObject({ stage: "objecting", objection: { kind: "edit-lost" } });
      expect(currentTask(asked)?.answer.editText).toBe("Changed wholly.");
      expect(currentTask(run([event], asked))?.answer.editText).toBeNull();
    },
  );

  it("cannot be opened before a side is chosen, nor where edits are off", () => {
    expect(run([{ type: "open-editor" }], start(task(1))).stage).toBe("objecting");
    expect(run([{ type: "grade", grade: 2 }, { type: "open-editor" }], start(task(1, "off"))).editorOpen).toBe(false);
  });
});

describe("two tabs", () => {
  const theirs = {
    version: 5,
    tab: "other",
    updatedAt: "",
    content: { ...EMPTY_ANSWER, choice: "right", strength: "better" } as DraftContent,
  };
  const conflict = run(
    [
      { type: "grade", grade: 1 },
      { type: "draft-conflict", comparisonId: ID(1), theirs },
    ],
    start(task(1)),
  );

  it("wait for the person to choose, and lose neither version", () => {
    expect(conflict.stage).toBe("conflict");
    expect(currentTask(conflict)?.answer.choice).toBe("left");
    const mine = run([{ type: "keep-mine" }], conflict);
    expect(currentTask(mine)).toMatchObject({ draftVersion: 5, theirs: null, answer: { choice: "left" } });
    const taken = run([{ type: "take-theirs" }], conflict);
    expect(currentTask(taken)).toMatchObject({ draftVersion: 5, theirs: null, answer: { choice: "right" } });
    expect(taken.stage).toBe("chosen");
  });
});

describe("whatever happens", () => {
  const grade = fc.integer({ min: 1, max: 8 }).map((value): Event => ({ type: "grade", grade: value as Grade }));
  const simple = fc.constantFrom<Event>(
    { type: "clear" },
    { type: "open-editor" },
    { type: "close-editor" },
    { type: "discard-edit" },
    { type: "keep-mine" },
    { type: "take-theirs" },
    { type: "nothing-to-improve", value: true },
    { type: "skipped" },
    { type: "lease", comparisonId: ID(2), state: "lost" },
    { type: "obstructed", obstacle: { kind: "failed", message: "" } },
  );
  const write = fc.string({ maxLength: 20 }).map((text): Event => ({ type: "write", text }));
  const claims = fc.integer({ min: 1, max: 4 }).map((n) => claim([task(n)]));
  const policies = fc.constantFrom<PairPool["editPolicy"]>("off", "optional", "required");

  it("holds the stage and the work together", () => {
    fc.assert(
      fc.property(policies, fc.array(fc.oneof(grade, simple, write, claims), { maxLength: 40 }), (policy, events) => {
        const state = run(events, start(task(1, policy), task(2, policy)));
        const now = currentTask(state);
        const empty = ["loading", "waiting", "finished", "no-pools", "blocked"].includes(state.stage);
        expect(empty).toBe(now === null);
        if (state.stage === "chosen") expect(now?.answer.strength).not.toBeNull();
        if (state.stage === "reading") expect(now?.answer.strength).toBeNull();
        if (state.stage === "editing") expect(now?.answer.editText).not.toBeNull();
        expect(new Set(state.queue.map(({ pair }) => pair.comparisonId)).size).toBe(state.queue.length);
        if (now && objectionTo(now, state.objection) === null) expect(now.answer.choice).not.toBeNull();
      }),
    );
  });
});
