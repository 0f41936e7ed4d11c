import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { requireRole } from "~/auth/guards.server";
import { orResponse } from "~/http/input.server";
import { ImportTable } from "~/import/import-table";
import { listImports } from "~/import/queries.server";
import { importList } from "~/import/schema";
import { VotesProgress } from "~/pools/pool-table";
import { countMembers, getPool } from "~/pools/queries.server";
import { AGREEMENT_MEANS } from "~/quality/agreement";
import { AgreementFigure } from "~/quality/agreement-figure";
import { poolQuality } from "~/quality/queries.server";
import { count } from "~/ui/number";
import { Card, Facts } from "~/ui/page";

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const pool = await orResponse(getPool(params.poolId ?? ""));
  const state = importList.parse({ pool: pool.id, perPage: 5 });
  const { id, name, progress, votesPerComparison, editPolicy, access, priority } = pool;
  const [imports, members, quality] = await Promise.all([listImports(state), countMembers(pool.id), poolQuality()]);
  return {
    pool: { id, name, progress, votesPerComparison, editPolicy, access, priority, members, quality: quality.get(id) ?? null },
    imports: { state, result: { ...imports, rowCount: imports.rows.length } },
    mayChange: role === "admin",
  };
}

const EDITS = { off: "Off", optional: "Optional", required: "Required" };

export default function PoolOverview() {
  const { pool, imports, mayChange } = useLoaderData<typeof loader>();
  const { progress } = pool;
  return (
    <div className="flex flex-col gap-6">
      <Card title="Votes">
        <VotesProgress name={pool.name} progress={progress} />
      </Card>
      <Facts
        items={[
          { label: "Prompts", value: <Link to={`/admin/prompts?pool=${pool.id}`}>{count(progress.prompts)}</Link> },
          { label: "Comparisons", value: <Link to={`/admin/comparisons?pool=${pool.id}`}>{count(progress.comparisons)}</Link> },
          { label: "Votes to come", value: count(progress.open) },
          { label: "Being graded", value: count(progress.leased), hint: "Pairs that an annotator holds at this moment" },
          ...(pool.quality ? [{ label: "Agreement", value: <AgreementFigure {...pool.quality} />, hint: AGREEMENT_MEANS }] : []),
        ]}
      />
      <Facts
        items={[
          { label: "Votes per comparison", value: count(pool.votesPerComparison) },
          { label: "Editing", value: EDITS[pool.editPolicy] },
          { label: "Annotators", value: pool.access === "everyone" ? "Everyone" : count(pool.members) },
          { label: "Priority", value: String(pool.priority) },
        ]}
      />
      {mayChange && (
        <section aria-label="Latest imports">
          <h2 className="mb-2 text-sm font-semibold">Latest imports</h2>
          <ImportTable {...imports} />
        </section>
      )}
    </div>
  );
}
