type Detail = Record<string, unknown>;
type Sentence = string | ((detail: Detail) => string);

const text = (value: unknown, otherwise = ""): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : otherwise;
const many = (detail: Detail, noun: string): string =>
  typeof detail.count === "number" && detail.count > 1 ? `${detail.count} ${noun}s` : `a ${noun}`;
const keys = (detail: Detail): string => (detail.to && typeof detail.to === "object" ? Object.keys(detail.to).join(", ") : "settings");

/** What each kind of action says after the name of who did it. An action without a sentence shows its own name. */
export const SENTENCES: Record<string, Sentence> = {
  "comparison.archive": (detail) => `archived ${many(detail, "comparison")}`,
  "comparison.restore": (detail) => `restored ${many(detail, "comparison")}`,
  "flag.make": (detail) => `flagged a comparison: ${text(detail.reason).replaceAll("_", " ")}`,
  "flag.reopen": "opened a flag again",
  "flag.resolve": "resolved a flag",
  "flag.undo": "took a flag back",
  "guideline.add": (detail) => `wrote version ${text(detail.version)} of the guidelines of`,
  "import.cancel": "cancelled an import",
  "import.create": (detail) => `started an import${detail.fileName ? ` of ${text(detail.fileName)}` : ""}`,
  "import.finish": "finished an import",
  "import.retry": "started an import again",
  "import.undo": "took back what an import had added",
  "invite.create": (detail) =>
    `made an invitation for ${detail.role === "annotator" || detail.role === "admin" ? "an" : "a"} ${text(detail.role)}`,
  "invite.revoke": "took an invitation back",
  "job.cancel": "asked a job to stop",
  "job.complete": "finished a job",
  "job.create": (detail) => `started job ${text(detail.number)}`,
  "job.fail": "reported that a job failed",
  "job.retry": "tried a job again",
  "model.archive": "archived a model",
  "model.register": "registered a model",
  "model.restore": "restored a model",
  "pool.archive": "archived the pool",
  "pool.create": "made the pool",
  "pool.members": "changed who may work on",
  "pool.restore": "restored the pool",
  "pool.update": (detail) => `changed ${keys(detail)} of the pool`,
  "prompt.archive": (detail) => `archived ${many(detail, "prompt")}`,
  "prompt.restore": (detail) => `restored ${many(detail, "prompt")}`,
  "release.archive": "archived a release",
  "release.cancel": "cancelled a release",
  "release.create": (detail) => `started release ${text(detail.number)} ${text(detail.name)}`.trim(),
  "release.restore": "restored a release",
  "skip.make": (detail) => `skipped a comparison: ${text(detail.reason).replaceAll("_", " ")}`,
  "skip.undo": "took a skip back",
  "token.create": (detail) => `made the token ${text(detail.name)}`,
  "token.revoke": "revoked a token",
  "user.close": "closed the account of",
  "user.demo": (detail) => `made the demo account (${text(detail.role)}) of`,
  "user.end_sessions": "ended every session of",
  "user.first_admin": "made the first admin",
  "user.join": (detail) => `joined as ${text(detail.role)}`,
  "user.open": "opened the account of",
  "user.password": "changed their password",
  "user.make_admin": "made an admin of",
  "user.reset_link": "made a link for a new password of",
  "user.reset_password": "set a new password by a link",
  "user.role": (detail) => `gave the role ${text(detail.role)} to`,
  "user.sign_in": "signed in",
  "user.sign_in_refused": (detail) => `refused a sign-in (${detail.reason === "closed" ? "the account is closed" : "wrong password"}) of`,
  "vote.count": "counted an extra vote",
  "vote.regrade": "graded a comparison anew",
  "vote.submit": "graded a comparison",
  "vote.undo": "took a vote back",
};

/** Actions whose sentence ends on the subject's name. */
const NAMES_SUBJECT = /^(guideline\.|pool\.|user\.(close|demo|open|end_sessions|make_admin|reset_link|role|sign_in_refused)$)/;

export function sentence(entry: { action: string; detail: unknown; subjectName: string | null }): string {
  const found = SENTENCES[entry.action];
  const detail = entry.detail && typeof entry.detail === "object" && !Array.isArray(entry.detail) ? (entry.detail as Detail) : {};
  const said = typeof found === "function" ? found(detail) : (found ?? entry.action);
  return NAMES_SUBJECT.test(entry.action) && entry.subjectName ? `${said} ${entry.subjectName}` : said;
}

const PAGES: Record<string, string> = {
  comparison: "comparisons",
  prompt: "prompts",
  pool: "pools",
  user: "people",
  import: "imports",
  job: "jobs",
  model: "models",
};

/** The page of what an entry speaks of, if it has one. */
export function subjectPage({ subjectType, subjectId }: { subjectType: string; subjectId: string }): string | undefined {
  const page = PAGES[subjectType];
  return page && `/admin/${page}/${subjectId}`;
}
