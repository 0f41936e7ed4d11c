import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fullStore } from "../../../tests/support/workbench";
import { draftContent, type DraftContent } from "../schema";
import { EMPTY_ANSWER, withSide } from "./answer";
import { CallError } from "./api";
import { DraftKeeper, LocalDrafts, reconcile, type DraftEvents, type Work } from "./drafts";
import { memoryStore } from "./session";
import type { Store } from "./storage";

const COMPARISON = "00000000-0000-4000-8000-000000000001";
const answer = (changes: Partial<DraftContent> = {}): DraftContent => ({ ...EMPTY_ANSWER, ...changes });
const edited = (editText: string) => withSide({ ...EMPTY_ANSWER, choice: "left", strength: "better" }, "left", { editText });
const work = (editText: string): Work => ({ comparisonId: COMPARISON, leaseId: "lease", content: edited(editText) });

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function setup(post: (work: Work, version: number) => Promise<{ version: number; updatedAt: string }>, store: Store = memoryStore()) {
  const local = new LocalDrafts(store, "ada", "this-tab");
  const events = { status: vi.fn(), saved: vi.fn(), conflict: vi.fn() } satisfies DraftEvents;
  return { local, events, keeper: new DraftKeeper(local, post, events, null) };
}
const saves = async (_: Work, version: number) => ({ version: version + 1, updatedAt: "" });

describe("drafts", () => {
  it("are in the browser within 150 ms and on the server within a second", async () => {
    const post = vi.fn(saves);
    const { keeper, local, events } = setup(post);
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(150);
    expect(local.unsaved(COMPARISON)?.content.left.editText).toBe("one");
    await vi.advanceTimersByTimeAsync(650);
    expect(post).toHaveBeenCalledOnce();
    expect(events.saved).toHaveBeenCalledWith(COMPARISON, { version: 1, updatedAt: "", content: work("one").content });
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
    expect(local.unsaved(COMPARISON)?.content.left.editText).toBe("one");
    down = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(events.status).toHaveBeenLastCalledWith("saved");
  });

  it("say when nothing keeps them", async () => {
    const { keeper, events } = setup(async () => {
      throw new CallError("offline", "away");
    }, fullStore());
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.status).toHaveBeenLastCalledWith("unkept");
  });

  it("never overwrite what another tab saved", async () => {
    const theirs = { version: 4, tab: "other", updatedAt: "", content: edited("theirs") };
    const { keeper, events } = setup(async () => {
      throw new CallError("refused", "changed", 409, { draft: theirs });
    });
    keeper.note(work("mine"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.conflict).toHaveBeenCalledWith(COMPARISON, theirs);
  });

  it("send what was typed during a save with the next one, from the new version", async () => {
    const versions: number[] = [];
    const { keeper } = setup(async (_, version) => {
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

  it("go on from the version of another tab once that was settled with", async () => {
    const versions: number[] = [];
    const { keeper } = setup(async (_, version) => {
      versions.push(version);
      return { version: version + 1, updatedAt: "" };
    });
    keeper.rebase({ version: 7, tab: "other", updatedAt: "", content: edited("theirs") });
    keeper.note(work("mine"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(versions).toEqual([7]);
  });

  it("that were taken back do not come back from this browser", async () => {
    const { keeper, local } = setup(saves);
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(200);
    keeper.note({ ...work(""), content: EMPTY_ANSWER });
    keeper.writeLocal();
    expect(local.unsaved(COMPARISON)).toBeNull();
  });

  it("that were taken back do not come back from the server either, when a save may have arrived unheard", async () => {
    const sent: (string | null)[] = [];
    const { keeper } = setup(async ({ content }) => {
      sent.push(content.left.editText);
      if (sent.length === 1) throw new CallError("offline", "The answer was lost on the way.");
      return { version: 2, updatedAt: "" };
    });
    keeper.note(work("one"));
    await vi.advanceTimersByTimeAsync(1_000);
    keeper.note({ ...work(""), content: EMPTY_ANSWER });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(sent).toEqual(["one", null]);
  });
});

describe("drafts of several tabs", () => {
  it("that is gone are found; older ones than this tab's are not", () => {
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
    expect(reconcile(server, null)).toMatchObject({ answer: { comment: "server" }, theirs: null });
    expect(reconcile(null, local(0, "mine"))).toMatchObject({ answer: { comment: "mine" }, theirs: null });
    expect(reconcile(server, local(2, "mine"))).toMatchObject({ answer: { comment: "mine" }, theirs: null });
    expect(reconcile(server, local(1, "server")).theirs).toBeNull();
    expect(reconcile(server, local(1, "mine")).theirs).toBe(server);
  });
});

describe("a draft in the form of the first version", () => {
  const old = { choice: "right", strength: "better", editText: "Changed.", nothingToImprove: false, comment: "c", activeMs: 5 };

  it("is read: its edit belongs to the side that was chosen", () => {
    expect(draftContent.parse(old)).toEqual({
      choice: "right",
      strength: "better",
      left: { editText: null, nothingToImprove: false },
      right: { editText: "Changed.", nothingToImprove: false },
      comment: "c",
      activeMs: 5,
    });
    expect(draftContent.parse({ ...old, choice: null, strength: null, editText: null })).toMatchObject({ choice: null, comment: "c" });
  });

  it("is found in the browser's storage too", () => {
    const store = memoryStore();
    store.setItem(`tiebreak:draft:ada:${COMPARISON}:here`, JSON.stringify({ content: old, baseVersion: 0, unsaved: true, at: 1 }));
    expect(new LocalDrafts(store, "ada", "here").unsaved(COMPARISON)?.content.right.editText).toBe("Changed.");
  });
});
