import { editDistance, type Distance } from "../votes/edit-distance";
import { uuidv7 } from "../uuid.server";
import { seen } from "./choice";
import { knownFacts, unknownFacts, type Facts } from "./facts.server";
import type { Plan } from "./plan.server";
import type { PreparedRow } from "./prepare.server";
import type { Choice, ImportOptions, ImportedVote } from "./schema";
import type { KnownComparison, KnownVote, State } from "./state.server";

export type PlannedVote = {
  id: string;
  revisionId: string;
  comparisonId: string;
  annotatorId: string;
  slotId: string | null;
  /** As seen from the stored comparison, whose sides may be the other way round than the row's. */
  choice: Choice;
  leftSide: 0 | 1 | null;
  vote: ImportedVote;
  edit?: Distance & { id: string; responseId: string; text: string };
};

export type BadVote = { field: string; reason: string };

type Place = { state: State; plan: Plan; comparison: KnownComparison; swapped: boolean; row: PreparedRow; options: ImportOptions };

/** Imports that were made before unnamed votes were known as such had this person for all of them. */
export const UNNAMED = "unknown annotator";

/**
 * Plans the votes of a row. `further` is what the row says of the comparison that is not known yet: a row that is one
 * judgment says it of its vote, where that has nothing of its own. What no vote took is `left`.
 */
export function addVotes(place: Place, further: Facts | undefined): { bad: BadVote[]; left: Facts | undefined } {
  const { row, options } = place;
  const bad: BadVote[] = [];
  let left = further;
  for (const [index, vote] of row.votes.entries()) {
    const name = vote.annotator ?? options.annotator ?? UNNAMED;
    const taken = row.votes.length === 1 ? further : undefined;
    const outcome = name === UNNAMED ? addUnnamed(place, vote, taken) : addNamed(place, vote, taken, name);
    if ("reason" in outcome) bad.push({ field: vote.field ?? `votes[${index}]`, reason: outcome.reason });
    if (taken) left = "reason" in outcome ? undefined : outcome.left;
  }
  return { bad, left };
}

type Outcome = { reason: string } | { left: Facts | undefined };

/** The vote with what its row says, as far as it says nothing of its own, and the rest of that. */
function judgment(vote: ImportedVote, further: Facts | undefined): { vote: ImportedVote; left: Facts | undefined } {
  if (!further) return { vote, left: undefined };
  const { externalId, metadata } = further;
  const left: Facts = {};
  if (externalId !== undefined && vote.externalId !== undefined && externalId !== vote.externalId) left.externalId = externalId;
  if (metadata && vote.metadata) left.metadata = metadata;
  const said = { externalId: vote.externalId ?? externalId, metadata: vote.metadata ?? metadata };
  return { vote: { ...vote, ...said } as ImportedVote, left: Object.keys(left).length > 0 ? left : undefined };
}

/** One vote per person and comparison: the same again adds nothing, and another is refused. */
function addNamed(place: Place, given: ImportedVote, further: Facts | undefined, name: string): Outcome {
  const { state, comparison, swapped } = place;
  const annotatorId = findOrAddPerson(place, name);
  const before = comparison.votes.get(annotatorId);
  if (!before) {
    const { vote, left } = judgment(given, further);
    write(place, vote, annotatorId);
    return { left };
  }
  if (!sameAnswer(before, given, swapped))
    return { reason: `"${name}" has voted otherwise on this comparison already. Nothing is overwritten` };
  if ((given.comment && given.comment !== before.comment) || (given.reason && given.reason !== before.reason))
    return { reason: `"${name}" has given this vote already, with other words. Nothing is overwritten` };
  if (unknownFacts(state.digests, given, before))
    return { reason: `"${name}" has given this vote already, with another id or other metadata. Nothing is overwritten` };
  return { left: further && unknownFacts(state.digests, further, before) };
}

/**
 * Nobody knows whose they are, so each is another person's, even when two say the same; but a row of an import stands for
 * the vote that the same row of an earlier import has left.
 */
function addUnnamed(place: Place, given: ImportedVote, further: Facts | undefined): Outcome {
  const { plan, comparison } = place;
  const { vote, left } = judgment(given, further);
  const repeated = comparison.unnamed.find((known) => !known.consumed && isRepeated(place, known, vote));
  if (repeated) {
    repeated.consumed = true;
    plan.matches.push(repeated.id);
  } else {
    write(place, vote, findOrAddSeat(place));
  }
  return { left };
}

function isRepeated({ state, swapped }: Place, known: KnownVote, vote: ImportedVote): boolean {
  const { externalId, metadata } = knownFacts(state.digests, { externalId: vote.externalId, metadata: vote.metadata });
  return (
    sameAnswer(known, vote, swapped) &&
    known.comment === (vote.comment ?? "") &&
    known.reason === (vote.reason ?? "") &&
    known.externalId === externalId &&
    known.metadata === metadata &&
    known.leftSide === leftSide(vote, swapped) &&
    (!vote.createdAt || known.createdAt?.getTime() === vote.createdAt.getTime())
  );
}

const sameAnswer = (before: KnownVote, vote: ImportedVote, swapped: boolean): boolean =>
  before.choice === seen(vote.choice, swapped) && before.strength === (vote.strength ?? null) && before.edited === (vote.edited ?? null);

const leftSide = (vote: ImportedVote, swapped: boolean): 0 | 1 | null =>
  vote.leftSide === undefined ? null : seen(vote.leftSide, swapped);

/** The first votes fill the places that the pool asks for; further ones are kept as extra votes, which no release counts. */
function write({ state, plan, comparison, swapped, row }: Place, vote: ImportedVote, annotatorId: string): void {
  const choice = seen(vote.choice, swapped);
  const slot = comparison.open.shift();
  if (slot) {
    slot.annotatorId = annotatorId;
    if (!slot.isNew) plan.filled.push(slot);
  }
  const planned: PlannedVote = {
    ...{ id: uuidv7(), revisionId: uuidv7(), comparisonId: comparison.id, annotatorId, slotId: slot?.id ?? null },
    ...{ choice, leftSide: leftSide(vote, swapped), vote },
  };
  if (vote.edited !== undefined && typeof vote.choice === "number")
    planned.edit = {
      id: uuidv7(),
      responseId: choice === 0 ? comparison.a : comparison.b,
      text: vote.edited,
      ...editDistance(row.responses[vote.choice]?.text ?? "", vote.edited),
    };
  plan.votes.push(planned);
  comparison.votes.set(annotatorId, {
    ...{ choice, strength: vote.strength ?? null, edited: vote.edited ?? null, comment: vote.comment ?? "", reason: vote.reason ?? "" },
    ...{ leftSide: planned.leftSide, createdAt: vote.createdAt ?? null },
    ...knownFacts(state.digests, { externalId: vote.externalId, metadata: vote.metadata }),
  });
}

function findOrAddPerson({ state, plan }: Place, name: string): string {
  const known = state.people.get(name);
  if (known) return known;
  const id = uuidv7();
  plan.people.push({ id, name, unnamed: false });
  state.people.set(name, id);
  return id;
}

/** Somebody in whose name no unnamed vote on this comparison is yet. */
function findOrAddSeat({ state, plan, comparison }: Place): string {
  const free = state.seats.find((id) => !comparison.votes.has(id));
  if (free) return free;
  const id = uuidv7();
  plan.people.push({ id, name: UNNAMED, unnamed: true });
  state.seats.push(id);
  return id;
}
