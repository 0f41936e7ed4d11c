import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { listReleases } from "~/releases/queries.server";
import { ReleaseTable } from "~/releases/release-table";
import { releaseList } from "~/releases/schema";
import { useReload } from "~/releases/use-reload";
import { LinkButton } from "~/ui/button";
import { Select } from "~/ui/field";
import { PageHeader } from "~/ui/page";
import { FilterBar } from "~/ui/table";

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
      <FilterBar>
        <Select label="Show" name="archived" defaultValue={state.archived} key={state.archived}>
          <option value="no">Current</option>
          <option value="yes">Archived</option>
        </Select>
      </FilterBar>
      <ReleaseTable result={result} state={state} mayMake={mayMake} />
    </>
  );
}
