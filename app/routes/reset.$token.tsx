import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { limitFailures } from "~/auth/attempts.server";
import { readReset, redeemReset } from "~/auth/resets.server";
import { NewPassword } from "~/auth/schema";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { CardPage } from "~/shell/card-page";
import { Button } from "~/ui/button";
import { FormError, TextField } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "New password · Tiebreak" }];

export async function loader({ params, context }: LoaderFunctionArgs) {
  const { user } = await orResponse(limitFailures(context, () => readReset(params.token ?? "")));
  return { email: user.email };
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  try {
    const { password } = await parseForm(request, NewPassword);
    const cookie = await limitFailures(context, () => redeemReset(params.token ?? "", password));
    return redirect("/", { headers: { "Set-Cookie": cookie } });
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function ResetPage() {
  const { email } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  return (
    <CardPage title="Set a new password" description="You are signed out everywhere else when you do.">
      <Form method="post" className="flex flex-col gap-4">
        <FormError>{failure?.error}</FormError>
        <TextField label="E-mail" name="email" type="email" autoComplete="username" readOnly value={email} />
        <TextField
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          maxLength={200}
          hint="At least 12 characters. A sentence is easier to remember."
          error={failure?.fields.password}
        />
        <Button type="submit" tone="primary" disabled={busy}>
          Set password
        </Button>
      </Form>
    </CardPage>
  );
}
