import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { historyQuery } from "~/annotate/history";
import { mapPairIds, pairIdOf } from "~/annotate/pair-ids.server";
import { HistoryList } from "~/annotate/view/history-list";
import { SkippedList } from "~/annotate/view/skipped-list";
import { requireUser } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { LinkButton } from "~/ui/button";
import { PageHeader } from "~/ui/page";
import { mySkips, myVotes } from "~/votes/queries.server";

export const meta: MetaFunction = () => [{ title: "Your answers · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const user = await requireUser(request);
  const { cursor } = parseQuery(request, historyQuery);
  const [page, skips] = await Promise.all([myVotes(user.id, { cursor }), cursor ? [] : mySkips(user.id)]);
  return { ...(await mapPairIds({ ...page, skips }, pairIdOf)), userId: user.id, first: cursor === undefined };
}

export default function HistoryPage() {
  const { items, nextCursor, skips, userId, first } = useLoaderData<typeof loader>();
  return (
    <main id="main" className="mx-auto max-w-4xl px-6 py-6 pb-16 max-sm:px-4">
      <PageHeader
        title="Your answers"
        description="Last changed first. Open one to see its pair again, and to change your answer; every earlier answer is kept."
      />
      <HistoryList items={items} first={first} />
      <nav aria-label="Pages" className="mt-4 flex justify-between">
        {first ? <span /> : <LinkButton to="/annotate/history">Newest</LinkButton>}
        {nextCursor && <LinkButton to={`?cursor=${encodeURIComponent(nextCursor)}`}>Older answers</LinkButton>}
      </nav>
      {skips.length > 0 && <SkippedList items={skips} userId={userId} />}
    </main>
  );
}
