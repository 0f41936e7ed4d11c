import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "tiebreak-commands-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program of its own that does this with the set-up's modules. */
const program = (text: string): ChildProcess & { stdout: NodeJS.ReadableStream } =>
  spawn(process.execPath, ["--input-type=module", "-e", text], { stdio: ["ignore", "pipe", "inherit"] }) as ChildProcess & {
    stdout: NodeJS.ReadableStream;
  };

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Runs a command that has started another, and says who that is. */
const RUNS = `import { endCommands, start } from "./bin/commands.mjs";
  const child = start("sh", ["-c", "sleep 300 & echo $!; wait"]);
  child.stdout.pipe(process.stdout);
  process.on("SIGTERM", async () => { await endCommands(); process.exit(0); });`;

it.each(["SIGTERM", "SIGKILL"] as const)(
  "a command and what it has started end with who runs it, by %s",
  { timeout: 30_000 },
  async (signal) => {
    const runner = program(RUNS);
    const [said] = (await once(runner.stdout, "data")) as [Buffer];
    const pid = Number(String(said));
    expect(alive(pid)).toBe(true);
    runner.kill(signal);
    await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
  },
);

it("a step of the set-up is done once by starts that come at once, and not again", { timeout: 30_000 }, async () => {
  const text = `import { appendFileSync } from "node:fs";
    import { step } from "./bin/setup.mjs";
    const result = ${JSON.stringify(path.join(folder, "result"))};
    await step("once", { hash: "h", result, message: "Working", folder: ${JSON.stringify(path.join(folder, "setup"))} }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      appendFileSync(result, "done\\n");
    });`;
  const run = async () => {
    const child = program(text);
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    return { code, said };
  };
  const together = await Promise.all([run(), run(), run()]);
  expect(together.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(together.filter(({ said }) => said.includes("Another start")).length).toBe(2);
  expect(await run()).toEqual({ code: 0, said: "" });
  expect(await readFile(path.join(folder, "result"), "utf8")).toBe("done\n");
});
