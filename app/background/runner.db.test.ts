import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { db } from "../database/client.server";
import { UserError } from "../errors";
import { claimRun, claimRunById, requestCancel, settle } from "./queue.server";
import { executeRun, registerWork, startRunner, stopRunner, wakeRunner, type RunContext, type Work } from "./runner.server";

const release = () => db.release.create({ data: { name: "r", options: {} } });
const status = async (id: string) => (await db.release.findUniqueOrThrow({ where: { id } })).status;
const until = async (check: () => Promise<boolean>) => {
  for (let tries = 0; tries < 200; tries++) {
    if (await check()) return;
    await sleep(50);
  }
  throw new Error("did not happen within 10 s");
};
const work = (execute: (context: RunContext) => Promise<void>): Work => ({
  name: "test",
  table: "Release",
  gaveUp: "Make it again.",
  execute: (_, context) => execute(context),
});
const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
const makeStale = (id: string) => db.release.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 16_000) } });

afterEach(async () => {
  await stopRunner();
  await db.release.deleteMany();
});

describe("the queue", () => {
  it("gives each run to one claimer, oldest first", async () => {
    const runs = [await release(), await release(), await release()];
    const claimed = await Promise.all(Array.from({ length: 8 }, () => claimRun("Release")));
    expect(claimed.flatMap((run) => (run ? [run.id] : [])).sort()).toEqual(runs.map((run) => run.id).sort());
  });

  it("gives a run away again only when its process has been silent, and shuts the old one out", async () => {
    const { id } = await release();
    const first = await claimRun("Release");
    expect(await claimRunById("Release", id)).toBeUndefined();
    await makeStale(id);
    const second = await claimRunById("Release", id);
    expect(second?.fence.getTime()).toBeGreaterThan(first?.fence.getTime() ?? Infinity);
    expect(await settle("Release", first ?? { id, fence: new Date() }, "failed", "late")).toBe(false);
    expect(await status(id)).toBe("running");
  });

  it("cancels a waiting run at once, and says when there is nothing to cancel", async () => {
    const { id } = await release();
    expect(await requestCancel("Release", id)).toBe("cancelled");
    expect(await requestCancel("Release", id)).toBe("finished");
    expect(await requestCancel("Release", "0197a000-0000-7000-8000-000000000000")).toBeUndefined();
    expect(await claimRun("Release")).toBeUndefined();
  });
});

describe("the runner", () => {
  it("does what is queued and writes its progress", async () => {
    const { id } = await release();
    registerWork(work(async ({ progress }) => progress({ rowsTotal: 7, rowsDone: 7 })));
    startRunner();
    await until(async () => (await status(id)) === "done");
    expect(await db.release.findUnique({ where: { id } })).toMatchObject({ rowsDone: 7, error: null, heartbeatAt: null });
  });

  it("keeps the message of a failure", async () => {
    const { id } = await release();
    registerWork(work(() => Promise.reject(new UserError("The disk is full. Free some space and try again."))));
    startRunner();
    await until(async () => (await status(id)) === "failed");
    expect((await db.release.findUniqueOrThrow({ where: { id } })).error).toContain("disk is full");
  });

  it("stops a run that somebody cancels", async () => {
    const { id } = await release();
    registerWork(work(({ signal }) => aborted(signal)));
    startRunner();
    await until(async () => (await status(id)) === "running");
    expect(await requestCancel("Release", id)).toBe("asked");
    await until(async () => (await status(id)) === "cancelled");
  });

  it("hands its run back when the server stops", async () => {
    const { id } = await release();
    registerWork(work(({ signal }) => aborted(signal)));
    startRunner();
    await until(async () => (await status(id)) === "running");
    await stopRunner();
    expect(await status(id)).toBe("queued");
  });

  it("notices that another process took its run over, and changes nothing more", async () => {
    const { id } = await release();
    const run = await claimRun("Release");
    if (!run) throw new Error("nothing to claim");
    const outcome = executeRun(
      work(({ signal }) => aborted(signal)),
      run,
      { stop: new AbortController().signal },
    );
    await makeStale(id);
    await claimRunById("Release", id);
    expect(await outcome).toBe("lost");
    expect(await status(id)).toBe("running");
  });

  it("takes a run over three times, then fails it with the reason", async () => {
    const { id } = await release();
    let begun = 0;
    const kills = work(() => {
      begun++;
      // Its process dies here: nothing settles the run, and nobody hears of it any more.
      return new Promise<never>(() => undefined);
    });
    for (let dead = 0; dead < 4; dead++) {
      const run = await claimRun("Release");
      if (!run) throw new Error("nothing to claim");
      void executeRun(kills, run, { stop: new AbortController().signal });
      await makeStale(id);
    }
    expect(begun).toBe(4);
    registerWork(kills);
    startRunner();
    await until(async () => (await status(id)) === "failed");
    expect(begun).toBe(4);
    expect((await db.release.findUniqueOrThrow({ where: { id } })).error).toMatch(/^The server .* was killed.* 4 times .*Make it again\.$/);
  });

  it("takes a run that is queued after it started", async () => {
    registerWork(work(() => Promise.resolve()));
    startRunner();
    await sleep(100);
    const { id } = await release();
    wakeRunner();
    await until(async () => (await status(id)) === "done");
  });
});
