import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { createRelease } from "~/releases/commands.server";
import { releaseForm } from "~/releases/form";
import { releaseChoices } from "~/releases/queries.server";
import { ReleaseForm } from "~/releases/release-form";
import { PageHeader } from "~/ui/page";

export const meta = () => [{ title: "New release · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  return { choices: await releaseChoices(), name: `Release of ${new Date().toISOString().slice(0, 10)}` };
}

export async function action({ request }: ActionFunctionArgs) {
  const user = await requireRole(request, "admin");
  try {
    const { number } = await createRelease(actorOf(user), await parseForm(request, releaseForm));
    return redirect(`/admin/releases/${number}`);
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function NewRelease() {
  const { choices, name } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  return (
    <>
      <PageHeader
        title="New release"
        trail={[{ to: "/admin/releases", label: "Releases" }]}
        description="An export of votes that never changes: rows of edited > chosen > rejected that trainers read as they are, with the figures and hashes to prove it."
      />
      <ReleaseForm choices={choices} name={name} errors={failure?.fields ?? {}} error={failure?.error} />
    </>
  );
}
