import { uuidv7 } from "../uuid.server";
import { alias, knownFacts, unknownFacts, type Facts, type KnownFacts, type PlannedAlias } from "./facts.server";
import { pairKey, pairsOfRow, responseKey } from "./pairs";
import { seen } from "./choice";
import { addVotes, type BadVote, type PlannedVote } from "./plan-votes.server";
import type { PreparedResponse, PreparedRow } from "./prepare.server";
import { RowProblem } from "./problems";
import type { ImportOptions } from "./schema";
import type { SlotIds } from "./slot-ids.server";
import type { KnownComparison, KnownPrompt, OpenSlot, State } from "./state.server";

/** The rows that a batch adds to each table. */
export type Plan = {
  people: { id: string; name: string; unnamed: boolean }[];
  prompts: { id: string; row: PreparedRow }[];
  responses: { id: string; promptId: string; response: PreparedResponse }[];
  comparisons: { id: string; promptId: string; a: string; b: string; round: number; gold?: PreparedRow["gold"]; facts: Facts }[];
  slots: (OpenSlot & { comparisonId: string; ordinal: number })[];
  /** Slots of comparisons that were there before, now filled by a vote. */
  filled: OpenSlot[];
  votes: PlannedVote[];
  /** Ids of unnamed votes of other imports that rows of this one repeat. */
  matches: string[];
};

export const emptyPlan = (): Plan => ({
  people: [],
  prompts: [],
  responses: [],
  comparisons: [],
  slots: [],
  filled: [],
  votes: [],
  matches: [],
});

/** What became of a row. `aliases` are left to the caller, who knows which of them are stored. */
export type Planned = { added: boolean; badVotes: BadVote[]; aliases: PlannedAlias[] };

/**
 * Adds to the plan what a row brings that is not there yet. Nothing is overwritten: a row that contradicts what is there
 * is refused with RowProblem, and nothing of it is added; of a vote that does, only that vote is refused. What a row
 * says beyond that of things that are there becomes an alias of theirs.
 */
export function planRow(state: State, plan: Plan, row: PreparedRow, options: ImportOptions, slotIds: SlotIds): Planned {
  const before = size(plan);
  const known = findPrompt(state, row);
  // Checked in full before anything is added, so that a bad row leaves nothing behind.
  if (known) checkPair(state, known, row);
  const prompt = known ?? addPrompt(state, plan, row);
  const aliases: PlannedAlias[] = [];
  const ids = row.responses.map((response) => findOrAddResponse(state, plan, aliases, prompt.id, response));
  for (const response of row.repeated) findOrAddResponse(state, plan, aliases, prompt.id, response);
  const pairs = pairsOfRow(options.pairs, row.responses).flatMap(([first, second]) => {
    const [a, b] = [ids[first], ids[second]];
    return a && b ? [{ a, b }] : [];
  });
  const badVotes = [...(row.badVotes ?? [])];
  for (const pair of pairs) {
    const facts = pairs.length === 1 ? factsOfPair(row) : {};
    const found = state.comparisons.get(pairKey(pair.a, pair.b));
    const unknown = unknownFacts(state.digests, facts, found ? effective(found, prompt) : prompt);
    const comparison = found ?? addComparison(state, plan, { prompt, pair, row, options, slotIds, facts: unknown ?? {} });
    const further = found ? unknown : undefined;
    const { bad, left } = addVotes({ state, plan, comparison, swapped: comparison.a !== pair.a, row, options }, further);
    badVotes.push(...bad);
    if (left) aliases.push(alias({ promptId: prompt.id, comparisonId: comparison.id }, left));
  }
  // Of several pairs, or none, what the row says is of the prompt.
  const further = pairs.length === 1 ? undefined : unknownFacts(state.digests, factsOfRow(row), prompt);
  if (further) aliases.push(alias({ promptId: prompt.id }, further));
  return { added: size(plan) > before, badVotes, aliases };
}

const size = (plan: Plan) => Object.entries(plan).reduce((sum, [name, list]) => sum + (name === "matches" ? 0 : list.length), 0);

const factsOfRow = ({ externalId, metadata }: PreparedRow): Facts => ({ externalId, metadata });
const factsOfPair = (row: PreparedRow): Facts => ({
  externalId: row.comparison?.externalId ?? row.externalId,
  metadata: row.comparison?.metadata ?? row.metadata,
});

/** A comparison has the id and metadata of its prompt, unless it has its own. */
const effective = (comparison: KnownFacts, prompt: KnownFacts): KnownFacts => ({
  externalId: comparison.externalId ?? prompt.externalId,
  metadata: comparison.metadata ?? prompt.metadata,
});

function findPrompt(state: State, row: PreparedRow): KnownPrompt | undefined {
  const named = row.externalId === undefined ? undefined : state.hashesByExternalId.get(row.externalId);
  if (named !== undefined && named !== row.prompt.contentHash)
    throw new RowProblem(
      "external_id",
      `"${row.externalId}" is the id of another prompt in this pool, with a different text. Nothing is overwritten; give this one another id`,
    );
  return state.promptsByHash.get(row.prompt.contentHash);
}

function checkPair(state: State, prompt: KnownPrompt, row: PreparedRow): void {
  if (row.responses.length !== 2) return;
  const [a, b] = row.responses.map(({ model, hash }) => state.responses.get(responseKey(prompt.id, model, hash))?.id);
  const comparison = a && b ? state.comparisons.get(pairKey(a, b)) : undefined;
  if (!comparison) return;
  const side = row.gold && seen(row.gold.side, comparison.a !== a);
  if (row.gold && (comparison.goldSide !== side || comparison.goldStrength !== (row.gold.strength ?? null)))
    throw new RowProblem("gold", "differs from what this comparison has already. Nothing is overwritten");
  if (row.round !== undefined && row.round !== comparison.round)
    throw new RowProblem("round", `is ${row.round}, but this comparison is of round ${comparison.round} already. Nothing is overwritten`);
}

function addPrompt(state: State, plan: Plan, row: PreparedRow): KnownPrompt {
  const prompt = { id: uuidv7(), hash: row.prompt.contentHash, ...knownFacts(state.digests, factsOfRow(row)) };
  plan.prompts.push({ id: prompt.id, row });
  state.promptsByHash.set(prompt.hash, prompt);
  if (row.externalId !== undefined) state.hashesByExternalId.set(row.externalId, prompt.hash);
  return prompt;
}

function findOrAddResponse(state: State, plan: Plan, aliases: PlannedAlias[], promptId: string, response: PreparedResponse): string {
  const key = responseKey(promptId, response.model, response.hash);
  const known = state.responses.get(key);
  if (known) {
    const further = unknownFacts(state.digests, response, known);
    if (further) aliases.push(alias({ promptId, responseId: known.id }, further));
    return known.id;
  }
  const id = uuidv7();
  plan.responses.push({ id, promptId, response });
  state.responses.set(key, { id, ...knownFacts(state.digests, response) });
  return id;
}

type NewComparison = {
  prompt: KnownPrompt;
  pair: { a: string; b: string };
  row: PreparedRow;
  options: ImportOptions;
  slotIds: SlotIds;
  /** What it has of its own, beside its prompt. */
  facts: Facts;
};

function addComparison(state: State, plan: Plan, { prompt, pair, row, options, slotIds, facts }: NewComparison): KnownComparison {
  const id = uuidv7();
  const slots = Array.from({ length: state.pool.votesPerComparison }, (_, ordinal) => ({
    id: slotIds(),
    annotatorId: null,
    isNew: true,
    comparisonId: id,
    ordinal,
  }));
  const round = row.round ?? options.round;
  plan.slots.push(...slots);
  plan.comparisons.push({ id, promptId: prompt.id, ...pair, round, gold: row.gold, facts });
  const comparison: KnownComparison = {
    ...{ id, round, ...pair, ...knownFacts(state.digests, facts) },
    goldSide: row.gold?.side ?? null,
    goldStrength: row.gold?.strength ?? null,
    open: [...slots],
    votes: new Map(),
    unnamed: [],
  };
  if (facts.externalId !== undefined) state.hashesByExternalId.set(facts.externalId, prompt.hash);
  state.comparisons.set(pairKey(pair.a, pair.b), comparison);
  return comparison;
}
