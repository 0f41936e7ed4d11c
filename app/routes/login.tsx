import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useNavigation, useSearchParams } from "@remix-run/react";
import { limitFailures } from "~/auth/attempts.server";
import { hasAdmin, signIn } from "~/auth/commands.server";
import { SignIn, safePath } from "~/auth/schema";
import { readSession } from "~/auth/session.server";
import { parseForm, userErrorResponse } from "~/http/input.server";
import { CardPage } from "~/shell/card-page";
import { Button } from "~/ui/button";
import { FormError, TextField } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "Sign in · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  if (await readSession(request)) throw redirect("/");
  if (!(await hasAdmin())) throw redirect("/setup");
  return null;
}

export async function action({ request, context }: ActionFunctionArgs) {
  try {
    const { to, ...input } = await parseForm(request, SignIn);
    const cookie = await limitFailures(context, () => signIn(input, String(context.clientIp ?? "")));
    return redirect(safePath(to), { headers: { "Set-Cookie": cookie } });
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function LoginPage() {
  const failure = useActionData<typeof action>();
  const [params] = useSearchParams();
  const busy = useNavigation().state !== "idle";
  return (
    <CardPage title="Sign in to Tiebreak" description="New here? Ask an admin for an invitation link.">
      <Form method="post" className="flex flex-col gap-4">
        <input type="hidden" name="to" value={params.get("to") ?? "/"} />
        <FormError>{failure?.error}</FormError>
        <TextField label="E-mail" name="email" type="email" autoComplete="username" required />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" tone="primary" disabled={busy}>
          Sign in
        </Button>
      </Form>
    </CardPage>
  );
}
