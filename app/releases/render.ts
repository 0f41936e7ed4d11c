import { PAIRS, type Message, type PairKind } from "../contract/release-row";
import { factsOf } from "./facts";
import { marginOf, type ReleaseOptions, type Variant } from "./schema";
import type { SourceRow } from "./read.server";
import type { Utf8 } from "./utf8";

/**
 * A row's texts as JSON, escaped once and then put together into every file that holds them: escaping is most of the
 * work of a release. `open` is the prompt's list without its closing bracket, to go on as a conversation.
 */
export type Rendered = {
  id: string;
  open: Utf8;
  chosen: Utf8;
  rejected: Utf8;
  edited: Utf8 | undefined;
  /** `,"tools":…` or nothing. */
  tools: Utf8;
  /** False with tools, tool calls, names, or turns of a tool or developer: formats of plain dialogues cannot say such rows. */
  plain: boolean;
  /** Everything of the canonical row that follows its texts, with the closing brace. */
  tail: Utf8;
  /** `,"strength":…` or nothing. */
  strength: string;
  margin: number | undefined;
  agreement: number;
  messages: Message[];
  texts: { chosen: Utf8; rejected: Utf8; edited: Utf8 | undefined };
};

/** A share to three places, as every file has it. */
export const three = (share: number) => Math.round(share * 1000) / 1000;

export function renderRow(row: SourceRow, options: ReleaseOptions): Rendered {
  const messages = row.messages.map(released);
  const margin = marginOf(options.margins, row.strength);
  const agreement = three(row.agreement);
  const strength = row.strength ? `,"strength":"${row.strength}"` : "";
  return {
    id: row.row_id,
    open: JSON.stringify(messages).slice(0, -1),
    chosen: answer(row.chosen, row.chosen_calls),
    rejected: answer(row.rejected, row.rejected_calls),
    // Responses that call tools are graded, not edited.
    edited: row.edited === null ? undefined : answer(row.edited, null),
    tools: row.tools === null ? "" : `,"tools":${row.tools}`,
    plain: (row.tools ?? row.chosen_calls ?? row.rejected_calls) === null && messages.every(isPlain),
    tail: `${strength}${marginField(margin)}${provenance(row, CANONICAL, options)}}`,
    strength,
    margin,
    agreement,
    messages,
    texts: { chosen: row.chosen, rejected: row.rejected, edited: row.edited ?? undefined },
  };
}

/** What the two responses of a row are called. */
type Names = { first: string; second: string };
export const CANONICAL: Names = { first: "chosen", second: "rejected" };
const TIE: Names = { first: "a", second: "b" };

/** Where a row comes from, as fields. */
function provenance(row: SourceRow, names: Names, options: ReleaseOptions): Utf8 {
  const { first, second } = names;
  const facts = Object.entries(factsOf(row.facts, options, names)).map(([field, value]) => `,"${field}":${JSON.stringify(value)}`);
  const models = `{"${first}":${JSON.stringify(row.chosen_model)},"${second}":${JSON.stringify(row.rejected_model)}}`;
  return (
    `,"votes":${row.votes},"agreement":${three(row.agreement)},"round":${row.round},"pool":${JSON.stringify(row.pool)},"models":${models}` +
    (options.pseudonyms && row.annotator ? `,"annotator":${JSON.stringify(row.annotator)}` : "") +
    (row.chosen_side ? `,"${first}_side":"${row.chosen_side}"` : "") +
    (row.imported === null ? "" : `,"imported":${row.imported}`) +
    facts.join("")
  );
}

const MORE = ["name", "tool_calls", "tool_call_id"] as const;

/** A message as it was given. What has no value is left out, so that no null reaches a chat template. */
export function released(given: Message): Message {
  const message: Message = { role: given.role, content: given.content };
  for (const field of MORE) if (given[field] !== undefined && given[field] !== null) Object.assign(message, { [field]: given[field] });
  return message;
}

const PLAIN_ROLES = ["system", "user", "assistant"];
const isPlain = (message: Message) => PLAIN_ROLES.includes(message.role) && Object.keys(message).length === 2;

const ANSWER = '{"role":"assistant","content":';
const answer = (text: Utf8, calls: Utf8 | null): Utf8 =>
  `${ANSWER}${JSON.stringify(text)}${calls === null ? "" : `,"tool_calls":${calls}`}}`;
/** The text of a plain answer, quoted. */
const contentOf = (answer: Utf8): Utf8 => answer.slice(ANSWER.length, -1);
const marginField = (margin: number | undefined) => (margin === undefined ? "" : `,"margin":${margin}`);

/** train.jsonl and the like; releaseRow of the contract. */
export function canonicalLine(row: Rendered): Utf8 {
  const edited = row.edited ? `,"edited":[${row.edited}]` : "";
  return `{"id":"${row.id}","prompt":${row.open}]${row.tools},"chosen":[${row.chosen}],"rejected":[${row.rejected}]${edited}${row.tail}\n`;
}

/** ties.jsonl; tieRow of the contract. */
export function tieLine(source: SourceRow, options: ReleaseOptions): Utf8 {
  const row = renderRow(source, options);
  const answers = `"tie":"${source.tie}","a":[${row.chosen}],"b":[${row.rejected}]`;
  return `{"id":"${row.id}","split":"${source.split}","prompt":${row.open}]${row.tools},${answers}${provenance(source, TIE, options)}}\n`;
}

export type Pair = { kind: PairKind; id: string; chosen: Utf8; rejected: Utf8; margin: number | undefined; row: Rendered };

/**
 * The switched-on ordered pairs of a row. The stated strength compares chosen with rejected, so its margin also holds for
 * edited over rejected; of edited over chosen nothing was stated, and its margin is 0. A pair of equal texts says
 * nothing and is not made.
 */
export function pairsOf(row: Rendered, switchedOn: readonly PairKind[]): Pair[] {
  return PAIRS.filter((kind) => switchedOn.includes(kind)).flatMap((kind) => {
    const [better, worse] = kind.split(">") as ["edited" | "chosen", "chosen" | "rejected"];
    const chosen = row[better];
    if (!chosen || chosen === row[worse]) return [];
    const margin = worse === "chosen" && row.margin !== undefined ? 0 : row.margin;
    return [{ kind, id: `${row.id}:${kind}`, chosen, rejected: row[worse], margin, row }];
  });
}

/** A line of a file that holds one row per pair, or undefined when that format cannot say the row. */
export const pairLines: Record<Exclude<Variant, "sft">, (pair: Pair) => Utf8 | undefined> = {
  pairs: ({ kind, id, chosen, rejected, margin, row }) =>
    `{"id":"${id}","pair":"${kind}","prompt":${row.open}]${row.tools},"chosen":[${chosen}],"rejected":[${rejected}]${row.strength}${marginField(margin)}}\n`,
  conversations: ({ id, chosen, rejected, margin, row }) =>
    `{"id":"${id}","chosen":${row.open},${chosen}],"rejected":${row.open},${rejected}]${row.tools}${marginField(margin)}}\n`,
  llamafactory: ({ id, chosen, rejected, row }) =>
    row.plain && alternates(row.messages)
      ? `{"id":"${id}","conversations":${row.open}],"chosen":${chosen},"rejected":${rejected}}\n`
      : undefined,
  "axolotl-rm": ({ id, chosen, rejected, row }) => {
    const turn = row.plain && singleTurn(row.messages);
    if (!turn) return undefined;
    const { system, input } = turn;
    return `{"id":"${id}","system":${JSON.stringify(system)},"input":${JSON.stringify(input)},"chosen":${contentOf(chosen)},"rejected":${contentOf(rejected)}}\n`;
  },
};

/** sft/: the edit where there is one, else the chosen response. */
export function sftLine(row: Rendered): Utf8 {
  return `{"id":"${row.id}","messages":${row.open},${row.edited ?? row.chosen}]${row.tools}}\n`;
}

const withoutSystem = (messages: Message[]) => (messages[0]?.role === "system" ? messages.slice(1) : messages);

/** LLaMA-Factory lifts a leading system message out and then wants user, assistant, user, … */
function alternates(messages: Message[]): boolean {
  const turns = withoutSystem(messages);
  return turns.length % 2 === 1 && turns.every((turn, index) => turn.role === (index % 2 === 0 ? "user" : "assistant"));
}

function singleTurn(messages: Message[]): { system: Utf8; input: Utf8 } | undefined {
  const turns = withoutSystem(messages);
  const [only] = turns;
  if (turns.length !== 1 || only?.role !== "user") return undefined;
  return { system: turns.length < messages.length ? (messages[0]?.content ?? "") : "", input: only.content };
}
