import { describe, expect, it } from "vitest";
import { claim, ID, onPair, run, start, task, TEXT } from "../../../tests/support/workbench";
import type { DraftContent, PairPool } from "../schema";
import { chosenEdit, editOf, keptWith, saysOf, submission, withSide } from "./answer";
import { confirmation, confirmsBy, currentTask, initialState, objectionTo, stageOf, type Event, type State } from "./machine";

const now = (state: State) => currentTask(state)!;

describe("the way of a pair", () => {
  it("goes from loading through reading and chosen to the next pair", () => {
    expect(stageOf(initialState)).toBe("loading");
    const reading = start(task(1), task(2));
    expect(stageOf(reading)).toBe("reading");
    const chosen = run([onPair(1, { type: "grade", grade: 3 })], reading);
    expect(stageOf(chosen)).toBe("chosen");
    expect(now(chosen).answer).toMatchObject({ choice: "left", strength: "slightly_better" });
    const after = run([onPair(1, { type: "submitted" })], chosen);
    expect(stageOf(after)).toBe("reading");
    expect(now(after).pair.comparisonId).toBe(ID(2));
    expect(after.progress?.today).toBe(4);
    expect(stageOf(run([onPair(2, { type: "submitted" })], after))).toBe("loading");
  });

  it("names every reason for which there is no pair", () => {
    expect(stageOf(run([claim([], "nothing-now")]))).toBe("waiting");
    expect(stageOf(run([claim([], "finished")]))).toBe("finished");
    expect(stageOf(run([claim([], "no-pools")]))).toBe("no-pools");
    const blocked = run([{ type: "obstructed", obstacle: { kind: "offline", message: "" } }]);
    expect(stageOf(blocked)).toBe("blocked");
    expect(stageOf(run([claim([task(1)])], blocked))).toBe("reading");
  });

  it("asks again once the queue is empty, whatever a claim said before", () => {
    const state = run([claim([task(1)], "finished"), onPair(1, { type: "submitted" })]);
    expect(stageOf(state)).toBe("loading");
  });

  it("does not bring back a pair that was answered while a claim waited to be taken in", () => {
    const answered = run([onPair(1, { type: "grade", grade: 2 }), onPair(1, { type: "submitted" })], start(task(1), task(2)));
    const shown = (turn: number, from: State) =>
      run([claim([task(1), task(2), task(3)], "ok", turn)], from).queue.map(({ pair }) => pair.comparisonId);
    expect(shown(0, answered)).toEqual([ID(2), ID(3)]);
    // A claim that was asked afterwards knows better: the answer was undone elsewhere, say.
    expect(shown(1, answered)).toEqual([ID(2), ID(1), ID(3)]);
    const back = run([{ type: "restored", task: task(1), countedToday: true }], answered);
    expect(shown(0, back)).toEqual([ID(1), ID(2), ID(3)]);
  });

  it("keeps the work on screen when the network fails or more pairs come", () => {
    const chosen = run([onPair(1, { type: "grade", grade: 8 })], start(task(1)));
    const after = run([{ type: "obstructed", obstacle: { kind: "offline", message: "" } }, claim([task(1), task(2)])], chosen);
    expect(stageOf(after)).toBe("chosen");
    expect(now(after).answer.strength).toBe("significantly_better");
    expect(after.queue).toHaveLength(2);
  });

  it("brings an undone pair back to the front and takes it out of today's count", () => {
    const after = run([onPair(1, { type: "grade", grade: 1 }), onPair(1, { type: "submitted" })], start(task(1), task(2)));
    const back = run([{ type: "restored", task: task(1, "optional", { choice: "left", strength: "better" }), countedToday: true }], after);
    expect(stageOf(back)).toBe("chosen");
    expect(back.progress?.today).toBe(3);
    expect(back.queue.map(({ pair }) => pair.comparisonId)).toEqual([ID(1), ID(2)]);
  });

  it("warns when the pair on screen is lost, and drops lost ones behind it", () => {
    const state = start(task(1), task(2));
    const lost = run([{ type: "lease", comparisonId: ID(1), state: "lost" }], state);
    expect(now(lost).lease).toBe("lost");
    expect(stageOf(lost)).toBe("reading");
    expect(run([{ type: "lease", comparisonId: ID(2), state: "elsewhere" }], state).queue).toHaveLength(1);
  });

  it("is left alone by a key that was meant for the pair before it", () => {
    const state = start(task(2));
    for (const event of [{ type: "grade", grade: 1 }, { type: "submitted" }, { type: "comment", text: "x" }] as const)
      expect(run([onPair(1, event)], state)).toBe(state);
  });
});

describe("the same key again", () => {
  const restored = () => start(task(1, "optional", { choice: "left", strength: "better" }));

  it("confirms what was graded in this sight of the pair, and nothing else", () => {
    const graded = run([onPair(1, { type: "grade", grade: 2 })], start(task(1)));
    expect(confirmsBy(graded, 2)).toBe(true);
    expect(confirmsBy(graded, 3)).toBe(false);
    expect(confirmsBy(start(task(1)), 2)).toBe(false);
  });

  it("does not confirm a draft that was restored, until it was graded here", () => {
    expect(confirmsBy(restored(), 2)).toBe(false);
    expect(confirmsBy(run([onPair(1, { type: "grade", grade: 2 })], restored()), 2)).toBe(true);
  });

  it.each([
    ["another tab's version", { type: "take-theirs" } as const],
    ["a cleared grade", { type: "clear" } as const],
  ])("does not confirm %s", (_, event) => {
    const theirs = { version: 5, tab: "other", updatedAt: "", content: { ...task(1).answer, choice: "left", strength: "better" } as const };
    const graded = run(
      [onPair(1, { type: "grade", grade: 2 }), { type: "draft-conflict", comparisonId: ID(1), theirs }, onPair(1, event)],
      start(task(1)),
    );
    expect(confirmsBy(graded, 2)).toBe(false);
  });
});

describe("what may be submitted", () => {
  const graded = { choice: "left", strength: "better" } as const;
  const left = (editText: string | null, nothingToImprove = false) => ({ left: { editText, nothingToImprove } });
  const check = (policy: PairPool["editPolicy"], answer: Partial<DraftContent>) => objectionTo(start(task(1, policy, answer)));

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
    expect(check("required", { ...graded, ...left(TEXT.left) })?.field).toBe("edit");
    expect(check("required", { ...graded, ...left(null, true) })?.field).toBe("comment");
    expect(check("required", { ...graded, ...left(null, true), comment: "It is perfect." })).toBeNull();
    expect(check("required", { ...graded, ...left(`${TEXT.left} Indeed.`) })).toBeNull();
    // An edit of the other response is no edit of this one.
    expect(check("required", { ...graded, right: { editText: "Other.", nothingToImprove: false } })?.field).toBe("edit");
  });

  it("leads to the editor where an edit is asked for", () => {
    expect(confirmation(start(task(1, "required", graded)))).toEqual({ type: "open-editor" });
  });

  it("asks once about an editor that changed nothing, then sends the grade alone", () => {
    const open = [onPair(1, { type: "open-editor" }), onPair(1, { type: "write", place: "left", text: `${TEXT.left}\n` })];
    const unchanged = run(open, start(task(1, "optional", graded)));
    const objection = objectionTo(unchanged)!;
    expect(objection.kind).toBe("unchanged");
    const asked = run([onPair(1, { type: "object", objection })], unchanged);
    expect(confirmation(asked)).toBe("submit");
    expect(submission(now(asked)).edit).toBeUndefined();
    // Closed, the original is on screen, and it is what goes out.
    expect(confirmation(run([onPair(1, { type: "close-editor" })], unchanged))).toBe("submit");
  });

  it("asks for a comment when hardly anything of the response is left, and refuses an empty edit", () => {
    expect(check("optional", { ...graded, ...left("0123456789".repeat(6)) })?.field).toBe("comment");
    expect(check("optional", { ...graded, ...left("0123456789".repeat(6)), comment: "It was wrong." })).toBeNull();
    expect(check("optional", { ...graded, ...left(" ") })?.field).toBe("edit");
  });
});

describe("an edit", () => {
  const steps: Event[] = [
    onPair(1, { type: "grade", grade: 2 }),
    onPair(1, { type: "open-editor" }),
    onPair(1, { type: "write", place: "left", text: "Changed." }),
  ];
  const editing = run(steps, start(task(1)));

  it("survives another strength for the same side", () => {
    const state = run([onPair(1, { type: "grade", grade: 4 })], editing);
    expect(chosenEdit(now(state))).toBe("Changed.");
    expect(state.editorOpen).toBe(true);
  });

  it("stays with its side: the other side is taken at once, nothing is asked, and it comes back", () => {
    const other = run([onPair(1, { type: "close-editor" }), onPair(1, { type: "grade", grade: 8 })], editing);
    expect(other.objection).toBeNull();
    expect(confirmation(other)).toBe("submit");
    expect(submission(now(other))).toMatchObject({ choice: "right", strength: "significantly_better" });
    expect(submission(now(other)).edit).toBeUndefined();
    const back = run([onPair(1, { type: "grade", grade: 2 })], other);
    expect(submission(now(back))).toMatchObject({ choice: "left", edit: { text: "Changed." } });
    expect(saysOf(now(back))).toBe("A is better, edited");
  });

  it("is kept when the grade is cleared, and each side has its own", () => {
    const both = run(
      [onPair(1, { type: "clear" }), onPair(1, { type: "grade", grade: 7 }), onPair(1, { type: "write", place: "right", text: "Other." })],
      editing,
    );
    expect(chosenEdit(now(both))).toBe("Other.");
    expect(editOf(now(both), "left")).toBe("Changed.");
  });

  it("waits behind “nothing to improve”, which is of one side too", () => {
    const perfect = run(
      [onPair(1, { type: "grade", grade: 2 }), onPair(1, { type: "write", place: "left", text: "Changed." })].concat(
        onPair(1, { type: "nothing-to-improve", value: true }),
      ),
      start(task(1, "required")),
    );
    expect(submission({ ...now(perfect) })).toMatchObject({ nothingToImprove: true });
    expect(submission(now(perfect)).edit).toBeUndefined();
    expect(submission(now(run([onPair(1, { type: "grade", grade: 8 })], perfect))).nothingToImprove).toBe(false);
    const taken = run([onPair(1, { type: "nothing-to-improve", value: false })], perfect);
    expect(submission(now(taken)).edit).toEqual({ text: "Changed." });
  });

  it("is discarded only when that is asked for", () => {
    expect(chosenEdit(now(run([onPair(1, { type: "discard-edit" })], editing)))).toBeNull();
  });

  it("cannot be opened before a side is chosen, nor where edits are off", () => {
    expect(stageOf(run([onPair(1, { type: "open-editor" })], start(task(1))))).toBe("objecting");
    const off = run([onPair(1, { type: "grade", grade: 2 }), onPair(1, { type: "open-editor" })], start(task(1, "off")));
    expect(off.editorOpen).toBe(false);
  });

  it("is on screen closed when its pair comes, so that no key writes into it", () => {
    const drafted = task(1, "optional", withSide({ ...task(1).answer, choice: "left", strength: "better" }, "left", { editText: "x y" }));
    expect(start(drafted).editorOpen).toBe(false);
    expect(saysOf(now(start(drafted)))).toBe("A is better, edited");
  });
});

describe("two tabs", () => {
  const content: DraftContent = { ...task(1).answer, choice: "right", strength: "better" };
  const theirs = { version: 5, tab: "other", updatedAt: "", content };
  const conflict = run(
    [
      onPair(1, { type: "grade", grade: 1 }),
      onPair(1, { type: "write", place: "left", text: "Mine." }),
      { type: "draft-conflict", comparisonId: ID(1), theirs },
    ],
    start(task(1)),
  );

  it("wait for the person to choose, and lose neither version", () => {
    expect(stageOf(conflict)).toBe("conflict");
    expect(now(conflict).answer.choice).toBe("left");
    expect(confirmation(conflict)).toMatchObject({ type: "object", objection: { message: expect.stringContaining("another tab") } });
    const mine = run([onPair(1, { type: "keep-mine" })], conflict);
    expect(now(mine)).toMatchObject({ theirs: null, pair: { draft: theirs }, answer: { choice: "left" } });
    const taken = run([onPair(1, { type: "take-theirs" })], conflict);
    expect(now(taken)).toMatchObject({ theirs: null, pair: { draft: theirs }, answer: { choice: "right" } });
    expect(stageOf(taken)).toBe("chosen");
  });

  it("keep the edit of the side that the chosen version does not choose, and only that", () => {
    const taken = now(run([onPair(1, { type: "take-theirs" })], conflict));
    expect(submission(taken).edit).toBeUndefined();
    expect(editOf(taken, "left")).toBe("Mine.");
    const same = keptWith({ ...content, choice: "left" }, now(conflict).answer);
    expect(same.left.editText).toBeNull();
  });

  it("compete also for a pair that waits behind the one on screen", () => {
    const behind = run([{ type: "draft-conflict", comparisonId: ID(2), theirs }], start(task(1), task(2)));
    expect(stageOf(behind)).toBe("reading");
    expect(stageOf(run([onPair(1, { type: "skipped" })], behind))).toBe("conflict");
  });
});
