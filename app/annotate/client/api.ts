import type { z } from "zod";
import type {
  claimRequest,
  ClaimResponse,
  draftRequest,
  DraftResponse,
  flagRequest,
  FlagResponse,
  heartbeatRequest,
  HeartbeatResponse,
  regradeRequest,
  RegradeResponse,
  releaseRequest,
  ReleaseResponse,
  skipRequest,
  SkipResponse,
  undoRequest,
  UndoResponse,
  voteRequest,
  VoteResponse,
} from "../schema";

type Calls = {
  claim: [z.input<typeof claimRequest>, ClaimResponse];
  heartbeat: [z.input<typeof heartbeatRequest>, HeartbeatResponse];
  draft: [z.input<typeof draftRequest>, DraftResponse];
  vote: [z.input<typeof voteRequest>, VoteResponse];
  regrade: [z.input<typeof regradeRequest>, RegradeResponse];
  skip: [z.input<typeof skipRequest>, SkipResponse];
  flag: [z.input<typeof flagRequest>, FlagResponse];
  release: [z.input<typeof releaseRequest>, ReleaseResponse];
  undo: [z.input<typeof undoRequest>, UndoResponse];
};

/**
 * A call that did not work. offline: no answer came. signed-out: the session has ended. refused: the server will not
 * do this, however often it is asked. failed: the server has a fault or is too busy; worth another try.
 */
export class CallError extends Error {
  override name = "CallError";
  constructor(
    readonly kind: "offline" | "signed-out" | "refused" | "failed",
    message: string,
    readonly status = 0,
    readonly detail: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 20_000;

/** Posts to a route of the workbench. `keepalive` lets it outlive the page. */
export async function call<K extends keyof Calls>(route: K, body: Calls[K][0], keepalive = false): Promise<Calls[K][1]> {
  const response = await send(`/annotate/${route}`, body, keepalive);
  if (response.ok) return (await response.json().catch(() => fail("failed", "The server's answer was cut off."))) as Calls[K][1];
  return refuse(response);
}

async function send(path: string, body: unknown, keepalive: boolean): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      keepalive,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return fail("offline", "The server cannot be reached.");
  }
}

function fail(kind: CallError["kind"], message: string): never {
  throw new CallError(kind, message);
}

type ErrorBody = { error?: string; detail?: Record<string, unknown> } & Record<string, unknown>;

async function refuse(response: Response): Promise<never> {
  const body = ((await response.json().catch(() => null)) ?? {}) as ErrorBody;
  const message = body.error ?? `The server answered ${response.status}.`;
  const kind = response.status === 401 ? "signed-out" : response.status >= 500 || response.status === 429 ? "failed" : "refused";
  throw new CallError(kind, message, response.status, body);
}
