import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { requireRole } from "~/auth/guards.server";
import { publicOrigin } from "~/http/origin.server";
import { parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { invite, revokeInvite } from "~/people/commands.server";
import { PeopleFilters } from "~/people/filters";
import { InvitesCard } from "~/people/invites-card";
import { ROLES, peopleList } from "~/people/list";
import { peopleColumns } from "~/people/people-table";
import { listPeople, openInvites } from "~/people/queries.server";
import { EmptyState, PageHeader } from "~/ui/page";
import { DataTable } from "~/ui/table";

export const meta: MetaFunction = () => [{ title: "People · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const state = parseQuery(request, peopleList);
  const mayChange = role === "admin";
  const [result, invites] = await Promise.all([listPeople(state), mayChange ? openInvites() : []]);
  return { state, result, invites, mayChange };
}

const Change = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("invite"), role: z.enum(ROLES), note: z.string().trim().max(200) }),
  z.object({ intent: z.literal("revoke"), inviteId: z.uuid() }),
]);

export async function action({ request }: ActionFunctionArgs) {
  const { id } = await requireRole(request, "admin");
  try {
    const change = await parseForm(request, Change);
    if (change.intent === "revoke") {
      await revokeInvite({ kind: "user", id }, change.inviteId);
      return { done: "revoke" };
    }
    const token = await invite({ kind: "user", id }, { role: change.role, note: change.note });
    return { link: `${publicOrigin(request)}/invite/${token}` };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function PeoplePage() {
  const { state, result, invites, mayChange } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader title="People" description="Who may do what, and how each annotator works. Figures are of votes that stand." />
      {mayChange && (
        <div className="mb-6">
          <InvitesCard invites={invites} />
        </div>
      )}
      <PeopleFilters state={state} />
      <DataTable
        label="People"
        columns={peopleColumns}
        result={result}
        state={state}
        empty={<EmptyState title="Nobody matches">Try another role, or show closed accounts.</EmptyState>}
      />
    </>
  );
}
