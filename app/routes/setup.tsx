import { type ActionFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useNavigation, useSearchParams } from "@remix-run/react";
import { limitFailures } from "~/auth/attempts.server";
import { AccountFields } from "~/auth/account-fields";
import { createFirstAdmin, hasAdmin } from "~/auth/commands.server";
import { FirstAdmin } from "~/auth/schema";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { CardPage } from "~/shell/card-page";
import { Button } from "~/ui/button";
import { FormError, TextField } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "First admin · Tiebreak" }];

export async function loader() {
  if (await hasAdmin()) throw redirect("/login");
  return null;
}

export async function action({ request, context }: ActionFunctionArgs) {
  try {
    const input = await parseForm(request, FirstAdmin);
    return redirect("/admin", { headers: { "Set-Cookie": await limitFailures(context, () => createFirstAdmin(input)) } });
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function SetupPage() {
  const failure = useActionData<typeof action>();
  const [params] = useSearchParams();
  const busy = useNavigation().state !== "idle";
  return (
    <CardPage
      title="Make the first admin"
      description="This instance is empty. The account you make here can do everything, and invites everybody else."
    >
      <Form method="post" className="flex flex-col gap-4">
        <FormError>{failure?.error}</FormError>
        <TextField
          label="Setup code"
          name="code"
          autoComplete="off"
          required
          defaultValue={params.get("code") ?? ""}
          hint="Printed where Tiebreak was started; also in the file setup-code of its data folder."
          error={failure?.fields.code}
        />
        <AccountFields errors={failure?.fields} />
        <Button type="submit" tone="primary" disabled={busy}>
          Create account
        </Button>
      </Form>
    </CardPage>
  );
}
