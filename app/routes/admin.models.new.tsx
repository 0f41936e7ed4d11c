import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { registerModel } from "~/models/commands.server";
import { RegisterForms } from "~/models/register-forms";
import { registerModel as schema } from "~/models/schema";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Register a model · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  await requireRole(request, "admin");
  return null;
}

export async function action({ request }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const model = await registerModel(actor, await parseForm(request, schema));
    return redirect(`/admin/models/${model.id}`);
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function NewModelPage() {
  const failure = useActionData<typeof action>();
  return (
    <>
      <PageHeader title="Register a model" trail={[{ to: "/admin/models", label: "Models" }]} />
      <RegisterForms failure={failure} />
    </>
  );
}
