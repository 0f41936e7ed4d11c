import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { createPool } from "~/pools/commands.server";
import { PoolForm } from "~/pools/pool-form";
import { newPool } from "~/pools/schema";
import { TextArea } from "~/ui/field";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "New pool · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  return null;
}

export async function action({ request }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const { id } = await createPool(actor, await parseForm(request, newPool));
    return redirect(`/admin/pools/${id}`);
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function NewPoolPage() {
  const failure = useActionData<typeof action>();
  return (
    <>
      <PageHeader title="New pool" trail={[{ to: "/admin/pools", label: "Pools" }]} />
      <PoolForm error={failure?.error} errors={failure?.fields} submit="Make pool">
        <TextArea
          label="Guidelines, in Markdown"
          name="guidelines"
          rows={8}
          error={failure?.fields.guidelines}
          hint="What annotators read beside their work. They can be written and changed later."
        />
      </PoolForm>
    </>
  );
}
