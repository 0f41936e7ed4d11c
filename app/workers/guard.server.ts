import { z } from "zod";
import type { Actor } from "../audit/commands.server";
import { requireToken } from "../auth/guards.server";
import { PROTOCOL, PROTOCOL_HEADER } from "../contract/jobs";
import { jsonRoute } from "../http/input.server";
import { noteOtherProtocol } from "./commands.server";
import { protocolAdvice } from "./schema";

export type WorkerActor = Extract<Actor, { kind: "token" }>;

/** Runs a handler for a worker: first the protocol version, so that an old worker learns what is wrong, then its token. */
export async function workerRoute(request: Request, handler: (worker: WorkerActor) => Promise<unknown>): Promise<Response> {
  return jsonRoute(async () => {
    await checkProtocol(request);
    return handler(await requireToken(request, "worker"));
  });
}

/** 426 for another version, with who of the two has to be updated. */
async function checkProtocol(request: Request): Promise<void> {
  const given = request.headers.get(PROTOCOL_HEADER);
  if (given === String(PROTOCOL)) return;
  const version = z.coerce
    .number()
    .int()
    .min(0)
    .max(1e6)
    .safeParse(given ?? undefined).data;
  // Only a worker with a valid token is noted; to anybody else the answer is the same.
  if (version !== undefined)
    await requireToken(request, "worker")
      .then((worker) => noteOtherProtocol(worker, version))
      .catch(() => undefined);
  const advice = version === undefined ? `Send ${PROTOCOL_HEADER}: ${PROTOCOL}.` : protocolAdvice(version);
  throw Response.json({ error: advice, code: "protocol" }, { status: 426, headers: { Upgrade: `tiebreak-worker/${PROTOCOL}` } });
}
