import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { pathNumber } from "~/http/path.server";
import { cancelRelease, setReleaseArchived } from "~/releases/commands.server";
import { getRelease } from "~/releases/queries.server";
import { ReleaseActions } from "~/releases/release-actions";
import { ReleaseFigures } from "~/releases/release-figures";
import { ReleaseFiles } from "~/releases/release-files";
import { ReleaseLineage } from "~/releases/release-lineage";
import { ReleaseState } from "~/releases/release-state";
import { apiReleaseChange } from "~/releases/schema";
import { useReload } from "~/releases/use-reload";
import { FormError } from "~/ui/field";
import { PageHeader } from "~/ui/page";

export const meta = ({ data }: { data?: { release: { name: string } } }) => [{ title: `${data?.release.name ?? "Release"} · Tiebreak` }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  const user = await requireRole(request, "admin", "reviewer");
  return { release: await orResponse(getRelease(pathNumber(params.number, "This release"))), mayChange: user.role === "admin" };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  const number = pathNumber(params.number, "This release");
  try {
    const change = await parseForm(request, apiReleaseChange);
    if (change.do === "cancel") await cancelRelease(actor, number);
    else await setReleaseArchived(actor, number, change.do === "archive");
    return null;
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function ReleasePage() {
  const { release, mayChange } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  const done = release.status === "done" && release.manifest;
  useReload(release.status === "queued" || release.status === "running");
  return (
    <>
      <PageHeader title={release.name} trail={[{ to: "/admin/releases", label: "Releases" }]} description={`Release ${release.number}`}>
        <ReleaseActions release={release} mayChange={mayChange} />
      </PageHeader>
      <div className="flex flex-col gap-6">
        <FormError>{failure?.error}</FormError>
        <ReleaseState release={release} />
        {done && <ReleaseFigures manifest={done} />}
        <ReleaseLineage release={release} linked={mayChange} />
        {done && <ReleaseFiles number={release.number} manifest={done} />}
      </div>
    </>
  );
}
