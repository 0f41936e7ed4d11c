import { z } from "zod";
import { JOB_TYPES } from "./recipes";

/**
 * The worker protocol, said once: what travels between the platform and a GPU worker. docs/worker-protocol.md tells it
 * in words; `npm run tiebreak -- contract` writes it as JSON Schema; tests/contract/jobs has samples that the tests of
 * both sides read. A change that an older worker would misread raises PROTOCOL.
 */
export const PROTOCOL = 1;
export const PROTOCOL_HEADER = "X-Tiebreak-Protocol";
export const JOB_HEADER = "X-Tiebreak-Job";
export const FENCE_HEADER = "X-Tiebreak-Fence";
export const MAX_WAIT_SECONDS = 25;
export const MAX_METRICS_PER_CALL = 500;
export const MAX_LOG_BYTES_PER_CALL = 256 * 1024;
/** What the platform keeps of one job's log. More is taken, so that the job goes on, and dropped. */
export const MAX_LOG_BYTES_PER_JOB = 64 * 1024 * 1024;
/** Where a job's checkpoint stands among its files. What lies below is replaced as a whole, and dropped at the end. */
export const CHECKPOINT_PREFIX = "checkpoint/";

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex");
const fence = z.int().min(1).describe("From the claim. An older one is answered 409, and the run must stop.");

/**
 * A path below a folder: names with single slashes between, none of them `.` or `..`, without backslashes and control
 * characters. Ends in (?![\s\S]) because `$` allows a line break after it in other languages that read the schema.
 */
const NAME = String.raw`(?!\.{1,2}(?:/|(?![\s\S])))[^/\\\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+`;
export const filePath = z
  .string()
  .min(1)
  .max(500)
  .regex(
    new RegExp(String.raw`^${NAME}(?:/${NAME})*(?![\s\S])`, "u"),
    "must be a relative path: names with single slashes between, none of them . or ..",
  );

export const fileRef = z.object({
  path: filePath,
  sha256,
  sizeBytes: z.int().min(0),
});
export type FileRef = z.infer<typeof fileRef>;

/** Files that can lie in one folder: no path twice, and none that is a folder of another. */
const fileRefs = z
  .array(fileRef)
  .max(5000)
  .superRefine((files, check) => {
    const paths = new Set(files.map(({ path }) => path));
    const folders = new Set(files.flatMap(({ path }) => path.split("/").map((_, end, names) => names.slice(0, end).join("/"))));
    files.forEach(({ path }, index) => {
      if (!paths.delete(path)) check.addIssue({ code: "custom", path: [index, "path"], message: "is named twice" });
      else if (folders.has(path)) check.addIssue({ code: "custom", path: [index, "path"], message: "is a folder of another file" });
    });
  });

const download = fileRef.extend({ url: z.string().describe("Address relative to the server; send the token and protocol headers.") });

export const hardware = z.object({
  device: z.enum(["cuda", "mps", "cpu"]),
  gpus: z
    .array(z.object({ name: z.string().max(200), memoryBytes: z.int().min(0) }))
    .max(64)
    .default([]),
  cpus: z.int().min(1),
  memoryBytes: z.int().min(0),
  platform: z.string().max(200),
  python: z.string().max(50),
  torch: z.string().max(50),
});
export type Hardware = z.infer<typeof hardware>;

export const serving = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .describe("Where the platform reaches the worker's inference backend."),
  key: z.string().min(16).max(200).describe("Bearer key of the backend; stored encrypted."),
  state: z.enum(["serving", "paused", "pausing"]),
  reason: z.string().max(500).default("").describe("Why it is paused."),
  models: z.array(z.uuid()).max(5000).describe("Registry ids that can be asked for now; each is the model's name at the backend."),
});
export type Serving = z.infer<typeof serving>;

export const claimRequest = z.object({
  worker: z.object({
    name: z.string().min(1).max(100).describe("One name per running worker and token. A claim says that it holds no job."),
    version: z.string().max(50),
    hardware,
  }),
  types: z.array(z.enum(JOB_TYPES)).min(1),
  serving: serving.nullable().default(null),
  waitSeconds: z.number().min(0).max(MAX_WAIT_SECONDS).default(MAX_WAIT_SECONDS),
});
export type ClaimRequest = z.infer<typeof claimRequest>;

export const modelRef = z.object({
  id: z.uuid(),
  name: z.string(),
  task: z.enum(["causal", "reward"]),
  path: z.string().nullable().describe("A folder on the worker, for a model that was registered by its path."),
  files: z.array(download).describe("The files otherwise."),
  baseId: z.uuid().nullable().describe("For an adapter, the model that it is put on; listed too."),
});
export type ModelRef = z.infer<typeof modelRef>;

export const claimedJob = z.object({
  id: z.uuid(),
  number: z.int(),
  name: z.string(),
  type: z.enum(JOB_TYPES),
  fence,
  attempt: z.int().min(1),
  maxAttempts: z.int().min(1),
  params: z.record(z.string(), z.unknown()).describe("By type, see the schemas of the recipes; every default is filled in."),
  release: z.object({ id: z.uuid(), number: z.int(), name: z.string(), contentHash: sha256, files: z.array(download) }).nullable(),
  baseModelId: z.uuid().nullable(),
  models: z.array(modelRef).describe("Every model that the job needs, the bases of adapters too."),
  inputs: z.array(download).describe("Other files to read: prompts.jsonl for sample, samples.jsonl for score."),
  checkpoint: z.array(download).describe("The last checkpoint that was uploaded; empty at the start."),
  metricSeq: z.int().min(0).describe("Metrics that the platform has; the next one carries this number plus one."),
  logBytes: z.int().min(0).describe("Bytes of log that the platform has; the next piece goes there."),
});
export type ClaimedJob = z.infer<typeof claimedJob>;

export const claimAnswer = z.object({
  job: claimedJob.nullable(),
  leaseSeconds: z.number().positive().describe("Renew at a third of it."),
  reportSeconds: z.number().positive().describe("How often metrics and logs should be sent."),
});
export type ClaimAnswer = z.infer<typeof claimAnswer>;

export const heartbeatRequest = z.object({
  fence,
  progress: z.number().min(0).max(1),
  phase: z.string().max(100),
  serving: serving.nullable().default(null),
});
export const heartbeatAnswer = z.object({
  cancel: z.boolean().describe("True: stop, then answer with cancelled."),
  leaseSeconds: z.number().positive(),
});

export const metric = z.object({
  seq: z.int().min(1),
  step: z.int().min(0),
  at: z.iso.datetime(),
  values: z.record(z.string().max(100), z.number().nullable()).describe("null stands for NaN and infinities."),
});
export type Metric = z.infer<typeof metric>;
export const metricsRequest = z.object({ fence, metrics: z.array(metric).min(1).max(MAX_METRICS_PER_CALL) });
export const metricsAnswer = z.object({ seq: z.int().min(0).describe("The highest number that is stored.") });

export const logsRequest = z.object({
  fence,
  offset: z.int().min(0).describe("In bytes of UTF-8."),
  text: z.string().min(1),
});
export const logsAnswer = z.object({ bytes: z.int().min(0).describe("Where the next piece goes.") });

export const artifactAnswer = z.object({
  sha256,
  receivedBytes: z.int().min(0),
  done: z.boolean(),
});

/** Files whose artifacts are uploaded take their place as the job's checkpoint, all at once. They lie in one folder, named after the step. */
export const checkpointRequest = z.object({ fence, step: z.int().min(0), files: fileRefs.min(1) }).superRefine(({ step, files }, check) => {
  const folder = new RegExp(`^step-0*${step}/`);
  files.forEach(({ path }, index) => {
    if (!folder.test(path))
      check.addIssue({ code: "custom", path: ["files", index, "path"], message: `must lie in the folder step-${step}` });
  });
});

export const completeRequest = z.object({
  fence,
  result: z.record(z.string(), z.unknown()).describe("Kept with the job: the evaluation's numbers, the account of the data."),
  metrics: z.record(z.string(), z.number().nullable()).describe("The figures that the registry shows beside the model."),
  model: z
    .object({ task: z.enum(["causal", "reward"]), files: fileRefs.min(1) })
    .nullable()
    .describe("Registers a model."),
  files: fileRefs
    .refine((files) => files.every(({ path }) => !path.startsWith(CHECKPOINT_PREFIX)), `must not lie in ${CHECKPOINT_PREFIX}`)
    .describe("Kept with the job: reports and outputs."),
});
export type CompleteRequest = z.infer<typeof completeRequest>;
export const completeAnswer = z.object({ modelId: z.uuid().nullable(), modelName: z.string().nullable() });

export const failure = z.object({
  phase: z.string().max(50).describe("data, model, preflight, train, checkpoint, evaluate, upload, worker, …"),
  message: z.string().min(1).max(20_000),
  hint: z.string().max(5000).default("").describe("What to do about it."),
  retryable: z.boolean().describe("True: the same job may succeed unchanged; it is queued again while attempts are left."),
});
export type Failure = z.infer<typeof failure>;
export const failRequest = failure.extend({ fence });
export const failAnswer = z.object({ status: z.enum(["queued", "failed", "cancelled"]) });

/** Gives the job back: after a cancel, or because the worker shuts down. Does not count as an attempt. */
export const releaseRequest = z.object({ fence, reason: z.enum(["cancelled", "stopping"]) });
export const releaseAnswer = z.object({ status: z.enum(["queued", "cancelled"]) });

export const modelsAnswer = z.object({ models: z.array(modelRef).describe("Checkpoints that a worker may serve, newest first.") });

/** How every refusal looks. 409 has a code: `stale_fence` stops the run, `offset` says where to go on. */
export const problem = z.looseObject({
  error: z.string().describe("In words for a person."),
  code: z.enum(["stale_fence", "offset", "protocol"]).optional(),
  expected: z.int().optional().describe("With the code offset: the byte that the server waits for."),
});

/** Everything above by name, for the JSON Schema and the samples. */
export const messages = {
  "claim.request": claimRequest,
  "claim.answer": claimAnswer,
  "heartbeat.request": heartbeatRequest,
  "heartbeat.answer": heartbeatAnswer,
  "metrics.request": metricsRequest,
  "metrics.answer": metricsAnswer,
  "logs.request": logsRequest,
  "logs.answer": logsAnswer,
  "artifact.answer": artifactAnswer,
  "checkpoint.request": checkpointRequest,
  "complete.request": completeRequest,
  "complete.answer": completeAnswer,
  "fail.request": failRequest,
  "fail.answer": failAnswer,
  "release.request": releaseRequest,
  "release.answer": releaseAnswer,
  "models.answer": modelsAnswer,
  problem,
} as const;
