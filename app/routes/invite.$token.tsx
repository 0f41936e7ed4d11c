import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { limitFailures } from "~/auth/attempts.server";
import { AccountFields } from "~/auth/account-fields";
import { acceptInvite, readInvite } from "~/auth/commands.server";
import { NewAccount } from "~/auth/schema";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { CardPage } from "~/shell/card-page";
import { Button } from "~/ui/button";
import { FormError } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "Invitation · Tiebreak" }];

export async function loader({ params }: LoaderFunctionArgs) {
  const invite = await orResponse(readInvite(params.token ?? ""));
  return { role: invite.role, from: invite.createdBy.name };
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  try {
    const account = await parseForm(request, NewAccount);
    const cookie = await limitFailures(context, () => acceptInvite(params.token ?? "", account));
    return redirect("/", { headers: { "Set-Cookie": cookie } });
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function InvitePage() {
  const { role, from } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  return (
    <CardPage title="Join Tiebreak" description={`${from} invited you as ${role === "reviewer" ? "a" : "an"} ${role}.`}>
      <Form method="post" className="flex flex-col gap-4">
        <FormError>{failure?.error}</FormError>
        <AccountFields errors={failure?.fields} />
        <Button type="submit" tone="primary" disabled={busy}>
          Create account
        </Button>
      </Form>
    </CardPage>
  );
}
