import path from "node:path";
import type { World } from "../../browser/world";
import { readLines } from "../convert/lines";
import { expect } from "../support/walk";
import type { Graded } from "./annotate";

type Row = { id: string; chosen: { content: string }[]; edited?: { content: string }[] };

/** All votes of the pools are rows, the annotator's among them, with just the edits that were typed. */
export async function checkVoteRows(
  world: World,
  folder: string,
  pools: readonly string[],
  { annotatorId, edits }: Graded,
): Promise<number> {
  const rows = (
    await Promise.all(["train", "validation", "test"].map((split) => readLines<Row>(path.join(folder, `${split}.jsonl`))))
  ).flat();
  const where = { status: "counted" as const, comparison: { pool: { name: { in: [...pools] } } } };
  expect(rows.length, "one row per vote").toBe(await world.db.vote.count({ where }));
  const own = await world.db.vote.findMany({
    where: { ...where, annotatorId },
    include: { current: true, comparison: { include: { responseA: true, responseB: true } } },
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const { id, current, comparison } of own) {
    const { text } = current!.side === 0 ? comparison.responseA : comparison.responseB;
    expect(byId.get(id)?.chosen[0]?.content, `chosen of vote ${id}`).toBe(text);
  }
  const edited = rows.flatMap((row) => row.edited?.map(({ content }) => content) ?? []);
  expect(edited.sort(), "edited rows").toEqual([...edits].sort());
  return rows.length;
}
