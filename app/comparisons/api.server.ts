import type { ComparisonQuery } from "./api";
import { comparisonList } from "./list";
import { listComparisons } from "./queries.server";

/** A page of comparisons with the cursor of the next. Few matches are paged by number, many by place. */
export async function comparisonsFor({ cursor, ...query }: ComparisonQuery) {
  const page = Number(/^page_(\d+)$/.exec(cursor ?? "")?.[1] ?? 1);
  const { rows, rowCount, more, next } = await listComparisons(comparisonList.parse({ ...query, page, after: cursor }));
  const byNumber = !next && page * query.perPage < rowCount && rows.length > 0;
  return { rows, rowCount, more, next: next ?? (byNumber ? `page_${page + 1}` : null) };
}
