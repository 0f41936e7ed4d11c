import type { Actor } from "../audit/commands.server";
import { requireToken } from "../auth/guards.server";
import { PROTOCOL, PROTOCOL_HEADER } from "../contract/jobs";
import { jsonRoute } from "../http/input.server";

export type WorkerActor = Extract<Actor, { kind: "token" }>;

/** Runs a handler for a worker: first the protocol version, so that an old worker learns what is wrong, then its token. */
export async function workerRoute(request: Request, handler: (worker: WorkerActor) => Promise<unknown>): Promise<Response> {
  return jsonRoute(async () => {
    checkProtocol(request.headers.get(PROTOCOL_HEADER));
    return handler(await requireToken(request, "worker"));
  });
}

/** 426 for another version, with who of the two has to be updated. */
function checkProtocol(given: string | null): void {
  if (given === String(PROTOCOL)) return;
  const version = Number(given);
  const advice =
    given === null || !Number.isInteger(version)
      ? `Send ${PROTOCOL_HEADER}: ${PROTOCOL}.`
      : version < PROTOCOL
        ? `This worker speaks protocol ${version}, the platform ${PROTOCOL}. Update the worker: pip install --upgrade ./worker from the platform's version.`
        : `This worker speaks protocol ${version}, the platform only ${PROTOCOL}. Update the platform, or install the worker of its version.`;
  throw Response.json({ error: advice, code: "protocol" }, { status: 426, headers: { Upgrade: `tiebreak-worker/${PROTOCOL}` } });
}
