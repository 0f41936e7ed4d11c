/**
 * A request that cannot be done, in words for the person who made it. Commands throw it; pages and the API show its
 * message and answer with its status. Anything else that is thrown is a bug, logged and shown as such.
 */
export class UserError extends Error {
  override name = "UserError";
  /** Stable name of the case, in lower case with underscores, for clients and translations. */
  readonly code?: string;
  /** The input field that the message is about, when there is one. */
  readonly field?: string;
  /** Machine-readable facts that a client needs to continue, such as the version that a draft has now. */
  readonly detail?: Record<string, unknown>;

  constructor(
    message: string,
    readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 503 | 507 = 422,
    /** Everything named; or, in code that has no `code` yet, the field alone, followed by the detail. */
    about?: string | { code: string; field?: string; detail?: Record<string, unknown> },
    detail?: Record<string, unknown>,
  ) {
    super(message);
    const named = typeof about === "object" ? about : { code: undefined, field: about, detail };
    this.code = named.code;
    this.field = named.field;
    this.detail = named.detail;
  }
}

export const notFound = (what: string) => new UserError(`${what} does not exist, or you may not see it.`, 404);

/** Codes of a full disk: of the system, of a quota, of a limit on the size of a file, and of PostgreSQL's own disk. */
const OUT_OF_ROOM = new Set(["ENOSPC", "EDQUOT", "EFBIG", "53100"]);

export const isOutOfRoom = (error: unknown): boolean => OUT_OF_ROOM.has((error as { code?: string } | null)?.code ?? "");
