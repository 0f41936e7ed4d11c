import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { ChoiceFilter, ListFilters } from "~/lists/filters";
import { listReleases } from "~/releases/queries.server";
import { ReleaseTable } from "~/releases/release-table";
import { releaseList } from "~/releases/schema";
import { useReload } from "~/releases/use-reload";
import { LinkButton } from "~/ui/button";
import { PageHeader } from "~/ui/page";

export const meta = () => [{ title: "Releases · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const user = await requireRole(request, "admin", "reviewer");
  const state = parseQuery(request, releaseList);
  return { state, result: await listReleases(state), mayMake: user.role === "admin" };
}

export default function Releases() {
  const { state, result, mayMake } = useLoaderData<typeof loader>();
  useReload(result.rows.some((row) => row.status === "queued" || row.status === "running"));
  return (
    <>
      <PageHeader title="Releases" description="Exports of votes that never change, to train on. The newest one is on top.">
        {mayMake && (
          <LinkButton tone="primary" to="/admin/releases/new">
            New release
          </LinkButton>
        )}
      </PageHeader>
      <ListFilters state={state} filtered={state.archived !== "no"}>
        <ChoiceFilter
          label="Show"
          name="archived"
          value={state.archived}
          choices={[
            ["no", "Current"],
            ["yes", "Archived"],
          ]}
        />
      </ListFilters>
      <ReleaseTable result={result} state={state} mayMake={mayMake} />
    </>
  );
}
