import type { ClaimResponse, Draft, DraftContent, Pair, PairPool, UndoRequest, VoteRequest } from "../../app/annotate/schema";
import { withSide, EMPTY_ANSWER } from "../../app/annotate/client/answer";
import { pairOf } from "./workbench";

/** up: it answers. down: it does not hear. deaf: it hears and does, and its answer is lost on the way. */
export type Line = "up" | "down" | "deaf";

type Saved = { tab: string; comparisonId: string; baseVersion: number; content: DraftContent };

/** The server's rules for claims, drafts, votes and undos, in memory, behind `fetch`. */
export class FakeWorkbenchServer {
  line: Line = "up";
  drafts = new Map<string, Draft>();
  /** In force, by pair. */
  votes = new Map<string, VoteRequest>();
  /** Everything that was ever accepted. */
  accepted: VoteRequest[] = [];
  #pairs: Pair[];

  constructor(policy: PairPool["editPolicy"], pairs: number) {
    this.#pairs = Array.from({ length: pairs }, (_, n) => pairOf(n + 1, policy));
  }

  fetch = async (path: string, { body }: { body: string }): Promise<Response> => {
    const { line } = this;
    if (line === "down") throw new TypeError("fetch failed");
    const answer = this.#answer(path.replace("/annotate/", ""), JSON.parse(body));
    if (line === "deaf") throw new TypeError("fetch failed");
    return answer;
  };

  #answer(route: string, body: unknown): Response {
    if (route === "claim") return this.#claim();
    if (route === "draft") return this.#draft(body as Saved);
    if (route === "vote") return this.#vote(body as VoteRequest);
    if (route === "undo") return this.#undo(body as Extract<UndoRequest, { kind: "vote" }>);
    throw new Error(`No such route: ${route}`);
  }

  /** As pairs.server.ts: those with work in them come first. */
  #claim(): Response {
    const open = this.#pairs.filter(({ comparisonId }) => !this.votes.has(comparisonId));
    const pairs = open
      .map((pair) => ({ ...pair, draft: this.drafts.get(pair.comparisonId) ?? null }))
      .sort((a, b) => Number(a.draft === null) - Number(b.draft === null))
      .slice(0, 3);
    const answer: ClaimResponse = {
      status: pairs.length > 0 ? "ok" : "finished",
      retryAfterMs: null,
      pairs,
      progress: { today: this.votes.size, pool: null, remaining: open.length },
    };
    return Response.json(answer);
  }

  /** As drafts/commands.server.ts. */
  #draft({ tab, comparisonId, baseVersion, content }: Saved): Response {
    const before = this.drafts.get(comparisonId) ?? null;
    if (this.votes.has(comparisonId)) return Response.json({ error: "Submitted already.", draft: null }, { status: 409 });
    const ownLast = before?.tab === tab && before.version === baseVersion + 1;
    if ((before && before.version !== baseVersion && !ownLast) || (!before && baseVersion > 0))
      return Response.json({ error: "Changed in another tab.", draft: before }, { status: 409 });
    const draft = { version: (before?.version ?? 0) + 1, tab, updatedAt: "2030-01-01T00:00:00Z", content };
    this.drafts.set(comparisonId, draft);
    return Response.json({ version: draft.version, updatedAt: draft.updatedAt });
  }

  /** As votes/submit.server.ts. */
  #vote(body: VoteRequest): Response {
    const known = this.votes.get(body.comparisonId);
    if (known && known.idempotencyKey !== body.idempotencyKey) return Response.json({ error: "Answered already." }, { status: 409 });
    const draft = this.drafts.get(body.comparisonId);
    if (!known && draft && draft.version > body.draftVersion && draft.tab !== body.tab)
      return Response.json({ error: "Changed in another tab.", draft }, { status: 409 });
    if (!known) this.accepted.push(body);
    this.votes.set(body.comparisonId, body);
    this.drafts.delete(body.comparisonId);
    return Response.json({ voteId: body.comparisonId, revision: 1, status: "counted", message: null });
  }

  /** As votes/undo.server.ts: the answer is the draft again. */
  #undo({ voteId, tab }: { voteId: string; tab: string }): Response {
    const vote = this.votes.get(voteId);
    if (vote) {
      this.votes.delete(voteId);
      const { choice, strength, comment, edit, nothingToImprove } = vote;
      const content = withSide({ ...EMPTY_ANSWER, choice, strength, comment }, choice, { editText: edit?.text ?? null, nothingToImprove });
      this.drafts.set(voteId, { version: 1, tab, updatedAt: "2030-01-01T00:00:00Z", content });
    }
    const pair = this.#pairs.find(({ comparisonId }) => comparisonId === voteId)!;
    return Response.json({ pair: { ...pair, draft: this.drafts.get(voteId) ?? null }, message: null });
  }

  /** Another tab of the same person saves other work on a pair. False when the pair is answered already. */
  saveElsewhere(comparisonId: string, content: DraftContent): boolean {
    if (this.votes.has(comparisonId)) return false;
    const version = (this.drafts.get(comparisonId)?.version ?? 0) + 1;
    this.drafts.set(comparisonId, { version, tab: "another-tab", updatedAt: "2030-01-01T00:00:00Z", content });
    return true;
  }
}
