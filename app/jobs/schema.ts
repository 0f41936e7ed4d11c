import { z } from "zod";
import { JOB_TYPES } from "../contract/recipes";

const name = z.string().trim().min(1, "Give the job a name; the model it makes gets the same.").max(100, "At most 100 characters.");

/** A job to start. Settings that are left out get their recipe's defaults. */
export const newJob = z.object({
  name,
  type: z.enum(JOB_TYPES),
  releaseId: z.uuid().nullable().default(null),
  baseModelId: z.uuid().nullable().default(null),
  params: z.record(z.string(), z.unknown()).default({}),
  maxAttempts: z.coerce.number().int().min(1).max(20).default(3),
});
export type NewJob = z.input<typeof newJob>;

export const STATUSES = ["queued", "running", "cancelling", "done", "failed", "cancelled"] as const;

export const listQuery = z.object({
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
  perPage: z.coerce.number().int().min(1).max(100).catch(25),
  sort: z.enum(["number", "name"]).catch("number"),
  dir: z.enum(["asc", "desc"]).catch("desc"),
  type: z.enum(JOB_TYPES).optional().catch(undefined),
  status: z.enum(STATUSES).optional().catch(undefined),
});
export type ListQuery = z.infer<typeof listQuery>;
