import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, parseQuery, userErrorResponse } from "~/http/input.server";
import { BadRowsTable } from "~/import/bad-rows-table";
import { changeImport } from "~/import/changes.server";
import { ImportActions, ImportState } from "~/import/import-state";
import { getImport, listBadRows } from "~/import/queries.server";
import { importAction } from "~/import/schema";
import { UndoDialog } from "~/import/undo-dialog";
import { previewUndo } from "~/import/undo.server";
import { useReload } from "~/releases/use-reload";
import { FormError } from "~/ui/field";
import { PageHeader } from "~/ui/page";

const PER_PAGE = 50;
/** `undo` asks for what undoing the import would do. */
const place = z.object({ page: z.coerce.number().int().min(1).max(2000).catch(1), undo: z.literal("1").optional().catch(undefined) });

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `Import of ${data?.run.fileName ?? "a file"} · Tiebreak` }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  const { page, undo } = parseQuery(request, place);
  const run = await orResponse(getImport(params.importId ?? ""));
  const badRows = run.badRows > 0 ? await listBadRows(run.id, { page, perPage: PER_PAGE }) : [];
  return { run, badRows, page, undo: undo && !run.undoneAt ? await previewUndo(run.id) : null };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const { intent } = await parseForm(request, importAction);
    await changeImport(actor, params.importId ?? "", intent);
    return null;
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function ImportPage() {
  const { run, badRows, page, undo } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  useReload(run.status === "queued" || run.status === "running");
  return (
    <>
      <PageHeader
        title={run.fileName}
        trail={[{ to: "/admin/imports", label: "Imports" }]}
        description={`Into ${run.pool.name}, by ${run.createdBy?.name ?? "the command line"}`}
      >
        <ImportActions run={run} />
      </PageHeader>
      <div className="flex flex-col gap-6">
        <FormError>{failure?.error}</FormError>
        <ImportState run={run} />
        <UndoDialog preview={undo} />
        {badRows.length > 0 && (
          <BadRowsTable
            id={run.id}
            rows={badRows}
            total={run.badRows}
            page={page}
            perPage={PER_PAGE}
            unit={run.format === "parquet" ? "Row" : "Line"}
          />
        )}
      </div>
    </>
  );
}
