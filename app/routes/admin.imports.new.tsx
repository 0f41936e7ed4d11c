import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { requireRole } from "~/auth/guards.server";
import { parseQuery } from "~/http/input.server";
import { UploadForm } from "~/import/upload-form";
import { poolChoices } from "~/pools/choices.server";
import { LinkButton } from "~/ui/button";
import { EmptyState, PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "New import · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const { pool } = parseQuery(request, z.object({ pool: z.uuid().optional().catch(undefined) }));
  const pools = (await poolChoices(pool)).filter(({ archivedAt }) => archivedAt === null).map(({ id, name }) => ({ id, name }));
  return { pools, pool: pools.some(({ id }) => id === pool) ? pool : undefined };
}

export default function NewImportPage() {
  const { pools, pool } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHeader
        title="New import"
        trail={[{ to: "/admin/imports", label: "Imports" }]}
        description="Prompts with responses, preferences of other tools, or rows of a release. The same file twice adds nothing, and nothing is overwritten."
      />
      {pools.length > 0 ? (
        <UploadForm pools={pools} poolId={pool} />
      ) : (
        <EmptyState
          title="No pool to import into"
          action={
            <LinkButton tone="primary" to="/admin/pools/new">
              New pool
            </LinkButton>
          }
        >
          Make a pool first. It says what its prompts are for and how they are graded.
        </EmptyState>
      )}
    </>
  );
}
