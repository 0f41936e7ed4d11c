import { fork } from "node:child_process";
import { describe, expect, it, vi } from "vitest";
import type { ChildTask } from "../../tests/support/child-program";
import { UserError, isOutOfRoom } from "../errors";
import { log } from "../log.server";
import { runInChild, type Program } from "./child.server";

const PROGRAM: Program = { file: "tests/support/child-program.ts", subject: "a-test", died: (how) => `It died (${how}).` };
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = (pid: number) => vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 20_000 });

/** Gives a task to a process, and its id once it has begun. */
function run(task: ChildTask, limits: Partial<Program> = {}, signal = new AbortController().signal) {
  let begun: (pid: number) => void = () => undefined;
  const pid = new Promise<number>((resolve) => (begun = resolve));
  const answer = runInChild<{ at: Date; pid: number }>({ ...PROGRAM, ...limits }, task, {
    signal,
    progress: ({ begun: id = 0 }) => begun(id),
  });
  answer.catch(() => undefined);
  return { answer, pid };
}

describe("a process for one piece of work", { timeout: 60_000 }, () => {
  it("gives its answer, progress and log lines to whoever started it, says what it took, and ends", async () => {
    const warn = vi.spyOn(log, "warn").mockReturnValue();
    const { answer, pid } = run("answer");
    const { done, usage } = await answer;
    expect(done).toEqual({ at: new Date(0), pid: await pid });
    expect(warn.mock.calls).toEqual([[{ task: "answer" }, "A task begins"]]);
    expect(usage.peakMb).toBeGreaterThanOrEqual(usage.startMb);
    expect(usage.cpuSeconds).toBeGreaterThan(0);
    await gone(await pid);
  });

  it("fails with the error that its work threw, whose code and words survive", async () => {
    const refused = { message: "Not with these words.", status: 409, code: "no_words", field: "words", detail: { count: 3 } };
    const [refusal, full] = await Promise.all(
      [run("refuse").answer, run("break").answer].map((answer) => answer.catch((error: unknown) => error)),
    );
    expect(refusal).toBeInstanceOf(UserError);
    expect(refusal).toMatchObject(refused);
    expect(isOutOfRoom(full)).toBe(true);
  });

  it("stops when it is asked to, and at once when that was asked before it began", async () => {
    const stop = new AbortController();
    const { answer, pid } = run("wait", {}, stop.signal);
    await pid;
    stop.abort("cancel");
    await expect(answer).rejects.toThrow(/abort/i);
    await expect(run("wait", {}, stop.signal).answer).rejects.toBe("cancel");
  });

  it("leaves SIGINT and SIGTERM, which a terminal and a service manager send to all processes, to whoever started it", async () => {
    const stop = new AbortController();
    const { answer, pid } = run("wait", {}, stop.signal);
    process.kill(await pid, "SIGTERM");
    process.kill(await pid, "SIGINT");
    stop.abort("stopping");
    await expect(answer).rejects.toThrow(/abort/i);
  });

  it("is told in words, and with all that it printed in one line of the log, when it dies", async () => {
    const warn = vi.spyOn(log, "warn").mockReturnValue();
    const killed = run("wait");
    process.kill(await killed.pid, "SIGKILL");
    await expect(killed.answer).rejects.toThrow("It died (SIGKILL).");
    await expect(run("exit").answer).rejects.toThrow("It died (code 7).");
    await expect(run("objects", { heapMb: 40 }).answer).rejects.toThrow(/^It died \((SIGABRT|SIGTRAP|code 134)\)\.$/);
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ subject: "a-test", output: expect.stringMatching(/heap out of memory/i) as string }),
      "A process ended in the middle of its work",
    );
  });

  it.runIf(process.platform === "linux")("is killed when it grows beyond its limit, which counts buffers too", async () => {
    await expect(run("buffers", { memoryMb: 300 }).answer).rejects.toThrow("It died (more than 300 MB of memory).");
  });

  it("ends when whoever started it is killed", async () => {
    const parent = fork("tests/support/child-parent.ts", { execArgv: ["--import", "tsx"] });
    const pid = await new Promise<number>((resolve) => parent.on("message", (id: number) => resolve(id)));
    expect(alive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await gone(pid);
  });
});
