import { readdir } from "node:fs/promises";
import path from "node:path";

type Role = "annotator" | "reviewer" | "admin";

/**
 * Who a route lets in. everyone: signed in or not. people: everybody who is signed in. staff: reviewers and admins.
 * admin: admins. Otherwise the scope that a bearer token needs; no cookie opens those.
 */
export type Access = "everyone" | "people" | "staff" | "admin" | { scope: string };

export type Ids = {
  pool: string;
  prompt: string;
  comparison: string;
  import: string;
  release: number;
  vote: string;
  person: string;
  model: string;
  job: string;
  invite: string;
  reset: string;
  /** The session of who gave the vote. */
  voter: { name: string; value: string };
};

export type Expected = {
  /** Where the route is. For a page, it must be one that shows something. */
  at: (ids: Ids) => string;
  read?: Access;
  write?: Access;
  /** The method of `write`; POST when it is not given. */
  method?: "POST" | "PUT" | "PATCH";
  /** Read only by a worker that holds a job which names it, else 409; app/jobs/protocol.db.test.ts has those that do. */
  holderOnly?: true;
  /** A frame around other pages, not a page. */
  layout?: true;
  /** What is said at an address that no page has. */
  absent?: true;
};

const STAFF: Role[] = ["reviewer", "admin"];

export const rolesOf = (access: Access): Role[] =>
  access === "people" || access === "everyone" ? ["annotator", ...STAFF] : access === "staff" ? STAFF : access === "admin" ? ["admin"] : [];

const at = (address: string) => () => address;
const scope = (name: string) => ({ scope: name });
const work = (verb: string): Expected => ({ at: at(`/annotate/${verb}`), write: "people" });
const worker = (rest: (ids: Ids) => string, access: Omit<Expected, "at">): Expected => ({
  at: (ids) => `/api/worker/v1/${rest(ids)}`,
  ...access,
});
const asWorker = scope("worker");

/** Every file of app/routes, by name. tests/browser/routes.spec.ts fails when one is missing, or is here in vain. */
export const ROUTES: Record<string, Expected> = {
  $: { at: at("/no-such-page"), read: "everyone", absent: true },
  _index: { at: at("/"), read: "everyone" },
  account: { at: at("/account"), read: "people", write: "people" },
  healthz: { at: at("/healthz"), read: "everyone" },
  "invite.$token": { at: ({ invite }) => `/invite/${invite}`, read: "everyone", write: "everyone" },
  "reset.$token": { at: ({ reset }) => `/reset/${reset}`, read: "everyone", write: "everyone" },
  login: { at: at("/login"), read: "everyone", write: "everyone" },
  logout: { at: at("/logout"), read: "everyone", write: "everyone" },
  metrics: { at: at("/metrics"), read: scope("metrics:read") },
  setup: { at: at("/setup"), read: "everyone", write: "everyone" },

  annotate: { at: at("/annotate"), read: "people", layout: true },
  "annotate._index": { at: at("/annotate"), read: "people" },
  "annotate.guidelines": { at: ({ pool }) => `/annotate/guidelines?poolId=${pool}`, read: "people" },
  "annotate.history._index": { at: at("/annotate/history"), read: "people" },
  "annotate.history.$voteId": { at: ({ vote }) => `/annotate/history/${vote}`, read: "people" },
  "annotate.claim": work("claim"),
  "annotate.draft": work("draft"),
  "annotate.flag": work("flag"),
  "annotate.heartbeat": work("heartbeat"),
  "annotate.preferences": work("preferences"),
  "annotate.regrade": work("regrade"),
  "annotate.release": work("release"),
  "annotate.skip": work("skip"),
  "annotate.undo": work("undo"),
  "annotate.vote": work("vote"),

  admin: { at: at("/admin"), read: "staff", layout: true },
  "admin.$": { at: at("/admin/no-such-page"), read: "staff", absent: true },
  "admin._index": { at: at("/admin?index"), read: "staff", write: "admin" },
  "admin.audit": { at: at("/admin/audit"), read: "admin" },
  "admin.comparisons._index": { at: at("/admin/comparisons"), read: "staff", write: "admin" },
  "admin.comparisons.$comparisonId": { at: ({ comparison }) => `/admin/comparisons/${comparison}`, read: "staff", write: "admin" },
  "admin.imports._index": { at: at("/admin/imports"), read: "admin" },
  "admin.imports.$importId._index": { at: ({ import: id }) => `/admin/imports/${id}`, read: "admin", write: "admin" },
  "admin.imports.$importId.bad-rows": { at: ({ import: id }) => `/admin/imports/${id}/bad-rows`, read: "admin" },
  "admin.imports.$importId.undone": { at: ({ import: id }) => `/admin/imports/${id}/undone`, read: "admin" },
  "admin.imports.new": { at: at("/admin/imports/new"), read: "admin" },
  "admin.imports.preview": { at: at("/admin/imports/preview"), write: "admin" },
  "admin.imports.upload": { at: at("/admin/imports/upload"), write: "admin" },
  "admin.jobs._index": { at: at("/admin/jobs"), read: "admin" },
  "admin.jobs.$jobId._index": { at: ({ job }) => `/admin/jobs/${job}`, read: "admin", write: "admin" },
  "admin.jobs.$jobId.files.$": { at: ({ job }) => `/admin/jobs/${job}/files/none`, read: "admin" },
  "admin.jobs.$jobId.live": { at: ({ job }) => `/admin/jobs/${job}/live`, read: "admin" },
  "admin.jobs.compare": { at: ({ job }) => `/admin/jobs/compare?jobs=${job}`, read: "admin" },
  "admin.jobs.new": { at: at("/admin/jobs/new"), read: "admin", write: "admin" },
  "admin.models._index": { at: at("/admin/models"), read: "admin" },
  "admin.models.$modelId": { at: ({ model }) => `/admin/models/${model}`, read: "admin", write: "admin" },
  "admin.models.new": { at: at("/admin/models/new"), read: "admin", write: "admin" },
  "admin.people._index": { at: at("/admin/people"), read: "staff", write: "admin" },
  "admin.people.$userId": { at: ({ person }) => `/admin/people/${person}`, read: "staff", write: "admin" },
  "admin.playground": { at: at("/admin/playground"), read: "admin" },
  "admin.playground.stream": { at: at("/admin/playground/stream"), write: "admin" },
  "admin.pools._index": { at: at("/admin/pools"), read: "staff" },
  "admin.pools.$poolId": { at: ({ pool }) => `/admin/pools/${pool}`, read: "staff", write: "admin", layout: true },
  "admin.pools.$poolId._index": { at: ({ pool }) => `/admin/pools/${pool}`, read: "staff" },
  "admin.pools.$poolId.guidelines": { at: ({ pool }) => `/admin/pools/${pool}/guidelines`, read: "staff", write: "admin" },
  "admin.pools.$poolId.members": { at: ({ pool }) => `/admin/pools/${pool}/members`, read: "admin", write: "admin" },
  "admin.pools.$poolId.settings": { at: ({ pool }) => `/admin/pools/${pool}/settings`, read: "admin", write: "admin" },
  "admin.pools.new": { at: at("/admin/pools/new"), read: "admin", write: "admin" },
  "admin.prompts._index": { at: at("/admin/prompts"), read: "staff", write: "admin" },
  "admin.prompts.$promptId": { at: ({ prompt }) => `/admin/prompts/${prompt}`, read: "staff", write: "admin" },
  "admin.releases._index": { at: at("/admin/releases"), read: "staff" },
  "admin.releases.$number": { at: ({ release }) => `/admin/releases/${release}`, read: "staff", write: "admin" },
  "admin.releases.$number.download": { at: ({ release }) => `/admin/releases/${release}/download`, read: "staff" },
  "admin.releases.new": { at: at("/admin/releases/new"), read: "admin", write: "admin" },
  "admin.releases.preview": { at: at("/admin/releases/preview"), write: "admin" },
  "admin.tokens": { at: at("/admin/tokens"), read: "admin", write: "admin" },
  "admin.workers._index": { at: at("/admin/workers"), read: "admin", write: "admin" },

  "api.v1.openapi[.]json": { at: at("/api/v1/openapi.json"), read: "everyone" },
  "api.v1.pools": { at: at("/api/v1/pools"), read: scope("pools:read"), write: scope("pools:write") },
  "api.v1.pools.$poolId": {
    at: ({ pool }) => `/api/v1/pools/${pool}`,
    read: scope("pools:read"),
    write: scope("pools:write"),
    method: "PATCH",
  },
  "api.v1.imports": { at: at("/api/v1/imports"), read: scope("import"), write: scope("import") },
  "api.v1.imports.$importId": { at: ({ import: id }) => `/api/v1/imports/${id}`, read: scope("import"), write: scope("import") },
  "api.v1.comparisons": { at: at("/api/v1/comparisons"), read: scope("comparisons:read") },
  "api.v1.comparisons.$comparisonId": { at: ({ comparison }) => `/api/v1/comparisons/${comparison}`, read: scope("comparisons:read") },
  "api.v1.releases": { at: at("/api/v1/releases"), read: scope("releases:read"), write: scope("releases:write") },
  "api.v1.releases.$number": {
    at: ({ release }) => `/api/v1/releases/${release}`,
    read: scope("releases:read"),
    write: scope("releases:write"),
  },
  "api.v1.releases.$number.files.$": { at: ({ release }) => `/api/v1/releases/${release}/files/none`, read: scope("releases:read") },

  "api.worker.v1.artifacts.$sha256": worker(() => `artifacts/${"0".repeat(64)}`, {
    ...{ read: asWorker, holderOnly: true },
    ...{ write: asWorker, method: "PUT" },
  }),
  "api.worker.v1.claim": worker(() => "claim", { write: asWorker }),
  "api.worker.v1.jobs.$jobId.$verb": worker(({ job }) => `jobs/${job}/heartbeat`, { write: asWorker }),
  "api.worker.v1.jobs.$jobId.prompts": worker(({ job }) => `jobs/${job}/prompts`, { read: asWorker, holderOnly: true }),
  "api.worker.v1.models": worker(() => "models", { read: asWorker }),
  "api.worker.v1.releases.$releaseId.files.$name": worker(({ pool }) => `releases/${pool}/files/train.jsonl`, {
    read: asWorker,
    holderOnly: true,
  }),
};

/** The files of app/routes without their endings. */
export async function routeFiles(): Promise<{ name: string; page: boolean }[]> {
  const files = await readdir(path.resolve("app/routes"));
  return files
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\./.test(file))
    .map((file) => ({ name: file.replace(/\.tsx?$/, ""), page: file.endsWith(".tsx") }));
}
