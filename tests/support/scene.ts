// What the worker's tests need on a platform: people, votes, a release and models, made by the application's own
// commands. The worker itself speaks only HTTP, so its tests (worker/tests/jobs) call this beside it:
//   tsx tests/support/scene.ts setup MODEL_FOLDER | start JOB_JSON | cancel ID | retry ID | show ID | revoke TOKEN_ID |
//   served MODEL_ID | register FOLDER
import { COMMAND_LINE } from "../../app/audit/commands.server";
import { db, disconnect } from "../../app/database/client.server";
import { cancelJob, createJob, retryJob } from "../../app/jobs/commands.server";
import type { NewJob } from "../../app/jobs/schema";
import { registerModel } from "../../app/models/commands.server";
import { targetOf } from "../../app/models/target.server";
import { createWorkerToken, revokeWorkerToken } from "../../app/workers/commands.server";
import { makeRelease } from "./releases";
import { givenPool } from "./votes";

const GOOD = [
  "It is named after the river, and has two bridges.",
  "Add the salt first, then wait nine minutes.",
  "Thank you, I will write to them on Monday.",
];
const BAD = ["no idea lol lol lol", "zzz zzz zzz zzz zzz", "ask somebody else ask ask"];

/** Sixty prompts whose better answers read alike, so that a tiny model learns to tell them apart within seconds. */
async function setup(modelFolder: string) {
  const admin = await db.user.create({ data: { email: "ada@example.org", name: "Ada", role: "admin", pseudonym: "heron-1" } });
  const comparisons = Array.from({ length: 60 }, (_, index) => ({
    prompt: `Question number ${index}: what would you say?`,
    responses: [GOOD[index % GOOD.length] ?? "", BAD[index % BAD.length] ?? ""] as [string, string],
    votes: [
      {
        by: "bo",
        side: 0 as const,
        strength: "significantly_better" as const,
        left: (index % 2) as 0 | 1,
        ...(index % 4 === 0 ? { edited: `${GOOD[index % 3] ?? ""} Yes.` } : {}),
      },
    ],
  }));
  const { poolId } = await givenPool("everyday", comparisons);
  const { release } = await makeRelease({ validation: 0.15, test: 0.25 }, "round 1");
  const base = await db.model.create({ data: { name: "tiny", kind: "checkpoint", task: "causal", path: modelFolder } });
  const { id: tokenId, token } = await createWorkerToken({ kind: "user", id: admin.id }, { name: "test" });
  return { token, tokenId, poolId, releaseId: release.id, baseModelId: base.id };
}

const job = (id: string) =>
  db.job.findUniqueOrThrow({
    where: { id },
    include: {
      files: true,
      worker: true,
      metrics: { orderBy: { seq: "asc" } },
      logs: { orderBy: { offset: "asc" } },
      made: { include: { files: true, parents: true } },
    },
  });

const COMMANDS: Record<string, (argument: string) => Promise<unknown>> = {
  setup,
  start: (text) => createJob(COMMAND_LINE, JSON.parse(text) as NewJob),
  cancel: (id) => cancelJob(COMMAND_LINE, id),
  retry: (id) => retryJob(COMMAND_LINE, id, { resume: true }),
  revoke: (id) => revokeWorkerToken(COMMAND_LINE, id),
  show: job,
  served: (id) => targetOf(id).catch(() => null),
  register: (path) => registerModel(COMMAND_LINE, { kind: "checkpoint", name: path, task: "causal", path, description: "" }),
};

const [command = "", argument = ""] = process.argv.slice(2);
const work = COMMANDS[command];
if (!work) throw new Error(`There is no command "${command}".`);
const result = await work(argument);
console.log(JSON.stringify(result ?? null, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value)));
await disconnect();
