import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fullStore } from "../../../tests/support/workbench";
import { CallError } from "./api";
import { Outbox, retryDelay, type OutboxItem } from "./outbox";
import { memoryStore } from "./session";
import { uuid, type Store } from "./storage";

const COMPARISON = "00000000-0000-4000-8000-000000000001";
const item = (name: string) => ({
  id: uuid(),
  title: name,
  said: "Skipped",
  send: { kind: "skip" as const, body: { comparisonId: COMPARISON, leaseId: "lease", reason: "other" as const, comment: "why" } },
});
type Post = (sent: OutboxItem) => Promise<{ comparisonId: string }>;
const away: Post = async () => {
  throw new CallError("offline", "away");
};
const arrives = { comparisonId: COMPARISON };
const open = (post: Post, store: Store = memoryStore(), tab = "this-tab", person = "ada") => new Outbox(store, person, tab, post);
const titles = (items: OutboxItem[]) => items.map(({ title }) => title);

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

describe("what is kept", () => {
  it("outlives the page, in order, for its own person alone", () => {
    const store = memoryStore();
    const box = open(away, store);
    box.add(item("first"));
    box.add(item("second"));
    expect(titles(open(away, store).state.waiting)).toEqual(["first", "second"]);
    expect(open(away, store, "this-tab", "bo").state.waiting).toEqual([]);
  });

  it("stays in memory when the browser will not store it, and that is said", () => {
    const box = open(away, fullStore());
    box.add(item("one"));
    expect(box.state).toMatchObject({ waiting: [{ title: "one" }], unkept: 1 });
  });

  it("is not mixed up with what others wrote", () => {
    const store = memoryStore();
    store.setItem("tiebreak:outbox:ada:x", "{broken");
    store.setItem("tiebreak:outbox:ada:y", '{"id":1}');
    expect(open(away, store).state.waiting).toEqual([]);
  });

  it("is read as the version before stored it, without words of what it says", () => {
    const store = memoryStore();
    const { said: _, ...old } = item("old");
    store.setItem(`tiebreak:outbox:ada:${old.id}`, JSON.stringify({ ...old, tab: "t", at: 1, refusal: null }));
    expect(open(away, store).state.waiting).toMatchObject([{ title: "old", said: "" }]);
  });
});

describe("sending", () => {
  it("tries again with growing pauses until the server answers, and forgets nothing meanwhile", async () => {
    let down = true;
    const sent: string[] = [];
    const store = memoryStore();
    const box = open(async (one) => {
      if (down) throw new CallError("offline", "away");
      sent.push(one.title);
      return arrives;
    }, store);
    box.add(item("a"));
    box.add(item("b"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(box.state).toMatchObject({ waiting: [{}, {}], trouble: { kind: "offline" } });
    down = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sent).toEqual(["a", "b"]);
    expect(box.state).toMatchObject({ waiting: [], trouble: null });
    expect(store.length).toBe(0);
  });

  it("keeps a refused answer, with the reason, and goes on with the next", async () => {
    const [bad, good] = [item("bad"), item("good")];
    const box = open(async (one) => {
      if (one.title === "bad") throw new CallError("refused", "Answered already.", 409);
      return arrives;
    });
    box.add(bad);
    box.add(good);
    await vi.advanceTimersByTimeAsync(10);
    expect(box.state.refused).toMatchObject([{ id: bad.id, refusal: "Answered already." }]);
    expect(box.state.waiting).toEqual([]);
    expect(await box.outcome(good.id)).toHaveProperty("answer");
  });

  it("takes back what has not left, but nothing that is on its way", async () => {
    let finish = (_: { comparisonId: string }) => undefined as void;
    const box = open(() => new Promise((resolve) => (finish = resolve)));
    const [first, second] = [item("first"), item("second")];
    box.add(first);
    box.add(second);
    expect(box.cancel(first.id)).toBe(false);
    expect(box.cancel(second.id)).toBe(true);
    finish(arrives);
    await vi.advanceTimersByTimeAsync(1);
    expect(box.state.waiting).toEqual([]);
  });

  it("leaves another tab's answers to it, and takes them over once that tab is silent", async () => {
    const sent: string[] = [];
    const store = memoryStore();
    open(() => new Promise(() => undefined), store, "other-tab").add(item("theirs"));
    const box = open(async (one) => {
      sent.push(one.title);
      return arrives;
    }, store);
    await box.kick();
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(sent).toEqual(["theirs"]);
  });

  it("knows a pair that was answered while something else was being asked", async () => {
    let finish = (_: { comparisonId: string }) => undefined as void;
    const box = open(() => new Promise((resolve) => (finish = resolve)));
    const before = Date.now();
    expect(box.answeredSince(COMPARISON, before)).toBe(false);
    box.add(item("one"));
    expect(box.answeredSince(COMPARISON, before)).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    finish(arrives);
    await vi.advanceTimersByTimeAsync(1);
    expect(box.answeredSince(COMPARISON, before)).toBe(true);
    expect(box.answeredSince(COMPARISON, Date.now() + 1)).toBe(false);
  });

  it("waits half a minute at most between tries", () => {
    expect([0, 1, 2, 20].map(retryDelay)).toEqual([500, 1_000, 2_000, 30_000]);
  });
});
