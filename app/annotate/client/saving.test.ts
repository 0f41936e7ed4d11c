import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DraftContent } from "../schema";
import { elapsed, IDLE_MS, isRunning, stop, stopwatch, touch } from "./active-time";
import { CallError } from "./api";
import { DraftKeeper, type DraftEvents, type Work } from "./draft-keeper";
import { LocalDrafts, reconcile } from "./local-drafts";
import { EMPTY_ANSWER } from "./machine";
import { Outbox, retryDelay, type OutboxItem } from "./outbox";
import { Sender } from "./sender";
import { memoryStore } from "./session";
import { uuid, type Store } from "./storage";
import { changeAt, wordDiff } from "./word-diff";

const COMPARISON = "00000000-0000-4000-8000-000000000001";
const item = (at: number, tab = "this-tab"): OutboxItem => ({
  id: uuid(),
  tab,
  at,
  title: `item ${at}`,
  refusal: null,
  send: { kind: "skip", body: { comparisonId: COMPARISON, leaseId: "lease", reason: "other", comment: "why" } },
});
const answer = (changes: Partial<DraftContent> = {}): DraftContent => ({ ...EMPTY_ANSWER, ...changes });
const full: Store = {
  ...memoryStore(),
  setItem: () => {
    throw new DOMException("full", "QuotaExceededError");
  },
};

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

describe("the outbox", () => {
  it("outlives the page, in order, for its own person alone", () => {
    const store = memoryStore();
    const [second, first] = [item(2), item(1)];
    const box = new Outbox(store, "ada");
    box.add(second);
    box.add(first);
    expect(new Outbox(store, "ada").items()).toEqual([first, second]);
    expect(new Outbox(store, "bo").items()).toEqual([]);
  });

  it("keeps in memory what the browser will not store, and says so", () => {
    const box = new Outbox(full, "ada");
    box.add(item(1));
    expect(box.items()).toHaveLength(1);
    expect(box.unkept()).toBe(1);
  });

  it("passes over what it did not write", () => {
    const store = memoryStore();
    store.setItem("tiebreak:outbox:ada:x", "{broken");
    store.setItem("tiebreak:outbox:ada:y", '{"id":1}');
    expect(new Outbox(store, "ada").items()).toEqual([]);
  });
});

describe("the sender", () => {
  const make = (post: (sent: OutboxItem) => Promise<{ comparisonId: string }>) => {
    const box = new Outbox(memoryStore(), "ada");
    return { box, sender: new Sender(box, "this-tab", post) };
  };

  it("tries again with growing pauses until the server answers, and forgets nothing meanwhile", async () => {
    let down = true;
    const sent: string[] = [];
    const { box, sender } = make(async (one) => {
      if (down) throw new CallError("offline", "away");
      sent.push(one.id);
      return { comparisonId: COMPARISON };
    });
    const [a, b] = [item(1), item(2)];
    sender.add(a);
    sender.add(b);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sender.state).toMatchObject({ waiting: 2, trouble: { kind: "offline" } });
    down = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sent).toEqual([a.id, b.id]);
    expect(sender.state).toMatchObject({ waiting: 0, trouble: null });
    expect(box.items()).toEqual([]);
  });

  it("keeps a refused answer, with the reason, and goes on with the next", async () => {
    const [bad, good] = [item(1), item(2)];
    const { sender } = make(async (one) => {
      if (one.id === bad.id) throw new CallError("refused", "Answered already.", 409);
      return { comparisonId: COMPARISON };
    });
    sender.add(bad);
    sender.add(good);
    await vi.advanceTimersByTimeAsync(10);
    expect(sender.state.refused).toMatchObject([{ id: bad.id, refusal: "Answered already." }]);
    expect(sender.state.waiting).toBe(0);
    expect(await sender.outcome(good.id)).toHaveProperty("answer");
  });

  it("takes back what has not left, but nothing that is on its way", async () => {
    let finish = (_: { comparisonId: string }) => undefined as void;
    const { sender } = make(() => new Promise((resolve) => (finish = resolve)));
    const [first, second] = [item(1), item(2)];
    sender.add(first);
    sender.add(second);
    expect(sender.cancel(first.id)).toBe(false);
    expect(sender.cancel(second.id)).toBe(true);
    finish({ comparisonId: COMPARISON });
    await vi.advanceTimersByTimeAsync(1);
    expect(sender.state.waiting).toBe(0);
  });

  it("leaves another tab's answers to it, and takes them over once that tab is silent", async () => {
    const sent: string[] = [];
    const { box, sender } = make(async (one) => {
      sent.push(one.id);
      return { comparisonId: COMPARISON };
    });
    const theirs = item(Date.now(), "other-tab");
    box.add(theirs);
    await sender.kick();
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(sent).toEqual([theirs.id]);
  });

  it("knows a pair that was answered while something else was being asked", async () => {
    let finish = (_: { comparisonId: string }) => undefined as void;
    const { sender } = make(() => new Promise((resolve) => (finish = resolve)));
    const before = Date.now();
    expect(sender.answeredSince(COMPARISON, before)).toBe(false);
    sender.add(item(1));
    expect(sender.answeredSince(COMPARISON, before)).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    finish({ comparisonId: COMPARISON });
    await vi.advanceTimersByTimeAsync(1);
    expect(sender.answeredSince(COMPARISON, before)).toBe(true);
    expect(sender.answeredSince(COMPARISON, Date.now() + 1)).toBe(false);
  });

  it("waits half a minute at most between tries", () => {
    expect([0, 1, 2, 20].map(retryDelay)).toEqual([500, 1_000, 2_000, 30_000]);
  });
});

describe("drafts", () => {
  const setup = (post: (work: Work) => Promise<{ version: number; updatedAt: string }>, store: Store = memoryStore()) => {
    const local = new LocalDrafts(store, "ada", "this-tab");
    const events = { status: vi.fn(), saved: vi.fn(), conflict: vi.fn() } satisfies DraftEvents;
    return { local, events, keeper: new DraftKeeper(local, post, events, EMPTY_ANSWER) };
  };
  const work = (editText: string, version = 0): Work => ({
    comparisonId: COMPARISON,
    leaseId: "lease",
    content: answer({ editText }),
    version,
  });

  it("are in the browser within 150 ms and on the server within a second", async () => {
    const post = vi.fn(async () => ({ version: 1, updatedAt: "" }));
    const { keeper, local, events } = setup(post);
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(150);
    expect(local.unsaved(COMPARISON)?.content.editText).toBe("one");
    await vi.advanceTimersByTimeAsync(650);
    expect(post).toHaveBeenCalledOnce();
    expect(events.saved).toHaveBeenCalledWith(COMPARISON, 1);
    expect(events.status).toHaveBeenLastCalledWith("saved");
    expect(local.unsaved(COMPARISON)).toBeNull();
  });

  it("are kept here, and say so, while the server is away; and go there when it is back", async () => {
    let down = true;
    const { keeper, local, events } = setup(async () => {
      if (down) throw new CallError("offline", "away");
      return { version: 1, updatedAt: "" };
    });
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.status).toHaveBeenLastCalledWith("kept");
    expect(local.unsaved(COMPARISON)?.content.editText).toBe("one");
    down = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(events.status).toHaveBeenLastCalledWith("saved");
  });

  it("say when nothing keeps them", async () => {
    const { keeper, events } = setup(async () => {
      throw new CallError("offline", "away");
    }, full);
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.status).toHaveBeenLastCalledWith("unkept");
  });

  it("never overwrite what another tab saved", async () => {
    const theirs = { version: 4, tab: "other", updatedAt: "", content: answer({ editText: "theirs" }) };
    const { keeper, events } = setup(async () => {
      throw new CallError("refused", "changed", 409, { draft: theirs });
    });
    keeper.note(work("mine"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.conflict).toHaveBeenCalledWith(COMPARISON, theirs);
  });

  it("send what was typed during a save with the next one, from the new version", async () => {
    const versions: number[] = [];
    const { keeper } = setup(async ({ version }) => {
      versions.push(version);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { version: version + 1, updatedAt: "" };
    });
    keeper.note(work("a"));
    await vi.advanceTimersByTimeAsync(900);
    keeper.note(work("ab"));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(versions).toEqual([0, 1]);
  });

  it("of a tab that is gone are found; older ones than this tab's are not", () => {
    const store = memoryStore();
    const gone = new LocalDrafts(store, "ada", "gone");
    const here = new LocalDrafts(store, "ada", "here");
    gone.write(COMPARISON, { content: answer({ comment: "left" }), baseVersion: 0, unsaved: true, at: 1 });
    expect(here.unsaved(COMPARISON)?.content.comment).toBe("left");
    here.write(COMPARISON, { content: answer(), baseVersion: 1, unsaved: false, at: 2 });
    expect(here.unsaved(COMPARISON)).toBeNull();
    here.remove(COMPARISON);
    expect(gone.unsaved(COMPARISON)).toBeNull();
  });

  it("of server and browser are put together, and only a real difference is asked about", () => {
    const server = { version: 2, tab: "x", updatedAt: "", content: answer({ comment: "server" }) };
    const local = (baseVersion: number, comment: string) => ({ content: answer({ comment }), baseVersion, unsaved: true, at: 1 });
    expect(reconcile(server, null, EMPTY_ANSWER)).toMatchObject({ answer: { comment: "server" }, version: 2, theirs: null });
    expect(reconcile(null, local(0, "mine"), EMPTY_ANSWER)).toMatchObject({ answer: { comment: "mine" }, version: 0, theirs: null });
    expect(reconcile(server, local(2, "mine"), EMPTY_ANSWER)).toMatchObject({ answer: { comment: "mine" }, theirs: null });
    expect(reconcile(server, local(1, "server"), EMPTY_ANSWER).theirs).toBeNull();
    expect(reconcile(server, local(1, "mine"), EMPTY_ANSWER).theirs).toBe(server);
  });
});

describe("time on task", () => {
  it("runs while somebody is there, and not while the page is hidden", () => {
    const start = stopwatch(5_000, 0);
    expect(elapsed(start, 10_000)).toBe(15_000);
    const hidden = stop(start, 10_000);
    expect(elapsed(hidden, 500_000)).toBe(15_000);
    expect(elapsed(touch(hidden, 500_000), 501_000)).toBe(16_000);
  });

  it("stops at the last sign of life when a minute passes without one", () => {
    const active = touch(stopwatch(0, 0), 20_000);
    expect(isRunning(active, 20_000 + IDLE_MS)).toBe(true);
    expect(isRunning(active, 20_001 + IDLE_MS)).toBe(false);
    expect(elapsed(active, 20_001 + IDLE_MS)).toBe(20_000);
    expect(elapsed(touch(active, 600_000), 601_000)).toBe(21_000);
  });
});

describe("the difference between two texts", () => {
  it("gives both texts back whole", () => {
    const { by, changes } = wordDiff("one two three", "one 2 three four");
    const side = (kind: "added" | "removed") =>
      changes
        .filter((change) => change.kind === "same" || change.kind === kind)
        .map(({ text }) => text)
        .join("");
    expect(by).toBe("words");
    expect([side("removed"), side("added")]).toEqual(["one two three", "one 2 three four"]);
  });

  it("compares by characters where words have no spaces between them", () => {
    const { changes } = wordDiff("我买了电脑", "我买了电话");
    expect(changes.filter(({ kind }) => kind !== "same").map(({ text }) => text)).toEqual(["脑", "话"]);
  });

  it("does not go through long texts word by word", () => {
    vi.useRealTimers();
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, n) => `${word} ${n % 7} line`).join("\n");
    expect(wordDiff(lines("a"), lines("b")).by).not.toBe("words");
  });

  it("finds the change at the cursor, or the last one before it", () => {
    const diff = wordDiff("one two three four", "one 2 three 4!");
    expect(diff.changes.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same", "removed", "added"]);
    expect(changeAt(diff, 0)).toBeUndefined();
    expect(changeAt(diff, 5)).toEqual({ kind: "added", index: 0 });
    expect(changeAt(diff, 10)).toEqual({ kind: "added", index: 0 });
    expect(changeAt(diff, 14)).toEqual({ kind: "added", index: 1 });
    expect(changeAt(wordDiff("one two", "one"), 3)).toEqual({ kind: "removed", index: 0 });
  });
});
