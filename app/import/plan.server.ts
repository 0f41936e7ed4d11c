import { editDistance, type Distance } from "../votes/edit-distance";
import { uuidv7 } from "../uuid.server";
import { choosePairs } from "./pairs";
import type { PreparedResponse, PreparedRow } from "./prepare.server";
import { RowProblem } from "./problems";
import type { ImportOptions, ImportedVote } from "./schema";
import { pairKey, responseKey, type KnownComparison, type KnownPrompt, type KnownVote, type OpenSlot, type State } from "./state.server";

/** The rows that a batch adds to each table. */
export type Plan = {
  people: { id: string; name: string }[];
  prompts: { id: string; row: PreparedRow }[];
  responses: { id: string; promptId: string; response: PreparedResponse }[];
  comparisons: { id: string; promptId: string; a: string; b: string; round: number; gold?: PreparedRow["gold"] }[];
  slots: (OpenSlot & { comparisonId: string; ordinal: number })[];
  /** Slots of comparisons that were there before, now filled by a vote. */
  filled: OpenSlot[];
  votes: PlannedVote[];
};

export type PlannedVote = {
  id: string;
  revisionId: string;
  comparisonId: string;
  annotatorId: string;
  slotId: string | null;
  /** As seen from the stored comparison, whose sides may be the other way round than the row's. */
  side: 0 | 1;
  vote: ImportedVote;
  edit?: Distance & { id: string; responseId: string; text: string };
};

export const emptyPlan = (): Plan => ({ people: [], prompts: [], responses: [], comparisons: [], slots: [], filled: [], votes: [] });

/** Ids for the slots of new comparisons, reserved from the database's sequence. */
export type SlotIds = () => string;

/**
 * Adds to the plan what a row brings that is not there yet. Throws RowProblem, with nothing added, when the row
 * contradicts what is there: nothing is overwritten. Answers whether anything was added.
 */
export function planRow(state: State, plan: Plan, row: PreparedRow, options: ImportOptions, slotIds: SlotIds): boolean {
  const before = size(plan);
  const known = findPrompt(state, row);
  const pairs = choosePairs(options.pairs, row.prompt.contentHash, row.responses);
  // Checked in full before anything is added, so that a bad row leaves nothing behind.
  if (known) checkVotes(state, known, row);
  const prompt = known ?? addPrompt(state, plan, row);
  const ids = row.responses.map((response) => findOrAddResponse(state, plan, prompt.id, response));
  for (const [first, second] of pairs) {
    const [a, b] = [ids[first], ids[second]];
    if (!a || !b) continue;
    const comparison =
      state.comparisons.get(pairKey(a, b)) ?? addComparison(state, plan, { promptId: prompt.id, a, b, row, options, slotIds });
    for (const vote of row.votes) addVote(state, plan, comparison, comparison.a !== a, vote, row.responses);
  }
  return size(plan) > before;
}

const size = (plan: Plan) => Object.values(plan).reduce((sum, list) => sum + list.length, 0);

function findPrompt(state: State, row: PreparedRow): KnownPrompt | undefined {
  const known = state.promptsByHash.get(row.prompt.contentHash);
  const named = row.externalId === undefined ? undefined : state.promptsByExternalId.get(row.externalId);
  if (named && named.hash !== row.prompt.contentHash)
    throw new RowProblem(
      "external_id",
      `"${row.externalId}" is the id of another prompt in this pool, with a different text. Nothing is overwritten; give this one another id`,
    );
  return known;
}

function checkVotes(state: State, prompt: KnownPrompt, row: PreparedRow): void {
  if (row.votes.length === 0 && !row.gold) return;
  const [a, b] = row.responses.map(({ model, hash }) => state.responses.get(responseKey(prompt.id, model, hash)));
  const comparison = a && b ? state.comparisons.get(pairKey(a, b)) : undefined;
  if (!comparison) return;
  const swapped = comparison.a !== a;
  if (row.gold && (comparison.goldSide !== seen(row.gold.side, swapped) || comparison.goldStrength !== (row.gold.strength ?? null)))
    throw new RowProblem("gold", "differs from what this comparison has already. Nothing is overwritten");
  for (const [index, vote] of row.votes.entries()) {
    const before = comparison.votes.get(state.people.get(vote.annotator) ?? "");
    if (before && !sameAnswer(before, vote, swapped))
      throw new RowProblem(`votes[${index}]`, `"${vote.annotator}" has voted otherwise on this comparison already. Nothing is overwritten`);
  }
}

const sameAnswer = (before: KnownVote, vote: ImportedVote, swapped: boolean): boolean =>
  before.side === seen(vote.side, swapped) && before.strength === (vote.strength ?? null) && before.edited === (vote.edited ?? null);

const seen = (side: 0 | 1, swapped: boolean): 0 | 1 => (swapped ? (side === 0 ? 1 : 0) : side);

function addPrompt(state: State, plan: Plan, row: PreparedRow): KnownPrompt {
  const prompt = { id: uuidv7(), hash: row.prompt.contentHash };
  plan.prompts.push({ id: prompt.id, row });
  state.promptsByHash.set(prompt.hash, prompt);
  if (row.externalId !== undefined) state.promptsByExternalId.set(row.externalId, prompt);
  return prompt;
}

function findOrAddResponse(state: State, plan: Plan, promptId: string, response: PreparedResponse): string {
  const key = responseKey(promptId, response.model, response.hash);
  const known = state.responses.get(key);
  if (known) return known;
  const id = uuidv7();
  plan.responses.push({ id, promptId, response });
  state.responses.set(key, id);
  return id;
}

type NewComparison = { promptId: string; a: string; b: string; row: PreparedRow; options: ImportOptions; slotIds: SlotIds };

function addComparison(state: State, plan: Plan, { promptId, a, b, row, options, slotIds }: NewComparison): KnownComparison {
  const id = uuidv7();
  const slots = Array.from({ length: state.pool.votesPerComparison }, (_, ordinal) => ({
    id: slotIds(),
    annotatorId: null,
    isNew: true,
    comparisonId: id,
    ordinal,
  }));
  plan.slots.push(...slots);
  plan.comparisons.push({ id, promptId, a, b, round: row.round ?? options.round, gold: row.gold });
  const comparison = {
    id,
    a,
    b,
    goldSide: row.gold?.side ?? null,
    goldStrength: row.gold?.strength ?? null,
    open: [...slots],
    votes: new Map(),
  };
  state.comparisons.set(pairKey(a, b), comparison);
  return comparison;
}

/** The first votes fill the places that the pool asks for; further ones are kept as extra votes, which no release counts. */
function addVote(
  state: State,
  plan: Plan,
  comparison: KnownComparison,
  swapped: boolean,
  vote: ImportedVote,
  responses: PreparedResponse[],
): void {
  const annotatorId = findOrAddPerson(state, plan, vote.annotator);
  if (comparison.votes.has(annotatorId)) return;
  const side = seen(vote.side, swapped);
  comparison.votes.set(annotatorId, { side, strength: vote.strength ?? null, edited: vote.edited ?? null });
  const slot = comparison.open.shift();
  if (slot) {
    slot.annotatorId = annotatorId;
    if (!slot.isNew) plan.filled.push(slot);
  }
  const planned: PlannedVote = {
    id: uuidv7(),
    revisionId: uuidv7(),
    comparisonId: comparison.id,
    annotatorId,
    slotId: slot?.id ?? null,
    side,
    vote,
  };
  if (vote.edited !== undefined)
    planned.edit = {
      id: uuidv7(),
      responseId: side === 0 ? comparison.a : comparison.b,
      text: vote.edited,
      ...editDistance(responses[vote.side]?.text ?? "", vote.edited),
    };
  plan.votes.push(planned);
}

function findOrAddPerson(state: State, plan: Plan, name: string): string {
  const known = state.people.get(name);
  if (known) return known;
  const id = uuidv7();
  plan.people.push({ id, name });
  state.people.set(name, id);
  return id;
}
