import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { makeReset } from "~/auth/resets.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { publicOrigin } from "~/http/origin.server";
import { pathId } from "~/http/path.server";
import { AccountCard } from "~/people/account-card";
import { changePerson, endSessionsOf } from "~/people/commands.server";
import { ROLES } from "~/people/list";
import { PersonFacts, RecentVotesCard, StrengthsCard } from "~/people/person-figures";
import { getPerson } from "~/people/queries.server";
import { LinkButton } from "~/ui/button";
import { Card, More, PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Person · Tiebreak" }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  return { person: await orResponse(getPerson(pathId(params.userId, "This person"))), mayChange: role === "admin" };
}

const Change = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("role"), role: z.enum(ROLES) }),
  z.object({ intent: z.enum(["open", "close", "sessions", "reset"]) }),
]);

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  const id = pathId(params.userId, "This person");
  try {
    const change = await parseForm(request, Change);
    if (change.intent === "reset") return { link: `${publicOrigin(request)}/reset/${await makeReset(actor, id)}` };
    if (change.intent === "role") await changePerson(actor, id, { role: change.role });
    else if (change.intent === "sessions") await endSessionsOf(actor, id);
    else await changePerson(actor, id, { active: change.intent === "open" });
    return { done: change.intent };
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function PersonPage() {
  const { person, mayChange } = useLoaderData<typeof loader>();
  const about = person.imported ? "Known from imported votes; has no account" : `${person.email} · ${person.role}`;
  return (
    <>
      <PageHeader
        title={person.name}
        trail={[{ to: "/admin/people", label: "People" }]}
        description={`${about} · ${person.pseudonym} in releases${person.deactivatedAt ? " · closed" : ""}`}
      >
        {mayChange && <LinkButton to={`/admin/audit?actor=${person.id}`}>What they did</LinkButton>}
      </PageHeader>
      <PersonFacts figures={person.figures} agreement={person.agreement} />
      <div className="mt-5 grid grid-cols-[minmax(0,1fr)_20rem] items-start gap-5 max-xl:grid-cols-1">
        <RecentVotesCard votes={person.votes} />
        <div className="flex flex-col gap-5">
          {mayChange && !person.imported && <AccountCard person={person} />}
          <StrengthsCard strengths={person.strengths} />
          {person.memberships.length > 0 && (
            <Card title="Member of">
              <ul className="flex flex-col gap-1.5 text-sm">
                {person.memberships.map(({ pool }) => (
                  <li key={pool.id}>
                    <Link to={`/admin/pools/${pool.id}`} className="hover:underline">
                      {pool.name}
                    </Link>
                  </li>
                ))}
                <More of={person._count.memberships} shown={person.memberships.length} />
              </ul>
            </Card>
          )}
        </div>
      </div>
    </>
  );
}
