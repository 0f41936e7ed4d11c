import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { mapPairIds, pairIdOf } from "~/annotate/pair-ids.server";
import { AnswerPage } from "~/annotate/view/answer-page";
import { requireUser } from "~/auth/guards.server";
import { notFound } from "~/errors";
import { orResponse } from "~/http/input.server";
import { readPreferences } from "~/people/preferences";
import { myVote } from "~/votes/queries.server";

export const meta: MetaFunction = () => [{ title: "Your answer · Tiebreak" }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  const user = await requireUser(request);
  const id = z.uuid().safeParse(params.voteId);
  const vote = await orResponse(id.success ? myVote(user.id, id.data) : Promise.reject(notFound("This answer")));
  const { keys, keyRules } = readPreferences(user.preferences);
  return { vote: await mapPairIds(vote, pairIdOf), userId: user.id, stored: { keys, keyRules } };
}

export default function AnswerRoute() {
  const { vote, userId, stored } = useLoaderData<typeof loader>();
  return <AnswerPage key={`${vote.voteId}:${vote.revision}`} vote={vote} userId={userId} stored={stored} />;
}
