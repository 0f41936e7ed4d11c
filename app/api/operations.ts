import type { z } from "zod";
import type { Scope } from "../auth/guards.server";
import { comparisonPlace, comparisonQuery } from "../comparisons/api";
import { importAction, importList, importQuery } from "../import/schema";
import { newPool, poolList, poolPatch } from "../pools/schema";
import { apiRelease, apiReleaseChange, releaseList } from "../releases/schema";
import * as answers from "./answers";

export type Operation = {
  method: "get" | "post" | "patch";
  /** As OpenAPI writes it, with {parameters}. */
  path: string;
  summary: string;
  /** Null for what anybody may read. */
  scope: Scope | null;
  query?: z.ZodObject;
  /** A JSON body, or the bytes of a file. */
  body?: z.ZodType | "file";
  /** Status of success, and what comes with it: JSON, or the bytes of a file. */
  answers: { status: 200 | 201 | 202; body: z.ZodType | "file" };
};

const ok = (body: z.ZodType | "file"): Operation["answers"] => ({ status: 200, body });

/** Every operation of /api/v1. The OpenAPI document is made of it, docs/api.md is held to it, and so are the routes. */
export const OPERATIONS: Operation[] = [
  {
    method: "get",
    path: "/api/v1/pools",
    summary: "Pools with their progress",
    scope: "pools:read",
    query: poolList,
    answers: ok(answers.poolPage),
  },
  {
    method: "post",
    path: "/api/v1/pools",
    summary: "Make a pool",
    scope: "pools:write",
    body: newPool,
    answers: { status: 201, body: answers.pool },
  },
  {
    method: "get",
    path: "/api/v1/pools/{poolId}",
    summary: "One pool with its guidelines",
    scope: "pools:read",
    answers: ok(answers.poolDetail),
  },
  {
    method: "patch",
    path: "/api/v1/pools/{poolId}",
    summary: "Change, archive or restore a pool",
    scope: "pools:write",
    body: poolPatch,
    answers: ok(answers.poolDetail),
  },
  {
    method: "get",
    path: "/api/v1/imports",
    summary: "Imports, newest first",
    scope: "import",
    query: importList,
    answers: ok(answers.importPage),
  },
  {
    method: "post",
    path: "/api/v1/imports",
    summary: "Import a file",
    scope: "import",
    query: importQuery,
    body: "file",
    answers: { status: 202, body: answers.importRun },
  },
  {
    method: "get",
    path: "/api/v1/imports/{importId}",
    summary: "One import and its bad rows",
    scope: "import",
    answers: ok(answers.importRun),
  },
  {
    method: "post",
    path: "/api/v1/imports/{importId}",
    summary: "Cancel an import, try it again, or undo it",
    scope: "import",
    body: importAction,
    answers: ok(answers.importRun),
  },
  {
    method: "get",
    path: "/api/v1/comparisons",
    summary: "Comparisons, newest first",
    scope: "comparisons:read",
    query: comparisonQuery,
    answers: ok(answers.comparisonPage),
  },
  {
    method: "get",
    path: "/api/v1/comparisons/{comparisonId}",
    summary: "One comparison with its votes, edits and revisions",
    scope: "comparisons:read",
    query: comparisonPlace,
    answers: ok(answers.comparisonDetail),
  },
  {
    method: "get",
    path: "/api/v1/releases",
    summary: "Releases, newest first",
    scope: "releases:read",
    query: releaseList,
    answers: ok(answers.releasePage),
  },
  {
    method: "post",
    path: "/api/v1/releases",
    summary: "Order a release",
    scope: "releases:write",
    body: apiRelease,
    answers: { status: 202, body: answers.releaseOrdered },
  },
  {
    method: "get",
    path: "/api/v1/releases/{number}",
    summary: "One release with its manifest",
    scope: "releases:read",
    answers: ok(answers.releaseDetail),
  },
  {
    method: "post",
    path: "/api/v1/releases/{number}",
    summary: "Cancel, archive or restore a release",
    scope: "releases:write",
    body: apiReleaseChange,
    answers: ok(answers.releaseChanged),
  },
  {
    method: "get",
    path: "/api/v1/releases/{number}/files/{path}",
    summary: "One file of a release, or all as release.tar or release.zip",
    scope: "releases:read",
    answers: ok("file"),
  },
];
