import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { data } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { limitGuesses } from "~/auth/attempts.server";
import { changePassword } from "~/auth/commands.server";
import { actorOf, requireUser } from "~/auth/guards.server";
import { ChangePassword } from "~/auth/schema";
import { createSession, endAllSessions } from "~/auth/session.server";
import { parseFields, readForm, userErrorResponse } from "~/http/input.server";
import { savePreferences } from "~/people/commands.server";
import { Preferences, readPreferences } from "~/people/preferences";
import { TopBar } from "~/shell/top-bar";
import { Button } from "~/ui/button";
import { FormError, Select, TextField } from "~/ui/field";
import { Card, PageHeader } from "~/ui/page";

export const meta: MetaFunction = () => [{ title: "Account · Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { name, email, role, preferences } = await requireUser(request);
  return { user: { name, email, role }, theme: readPreferences(preferences).theme };
}

const Theme = z.object({ theme: Preferences.shape.theme });

export async function action({ request }: ActionFunctionArgs) {
  const user = await requireUser(request);
  try {
    const form = await readForm(request);
    switch (form.get("intent")) {
      case "password": {
        await limitGuesses(user.id);
        const cookie = await changePassword(user.id, parseFields(form, ChangePassword));
        return data({ done: "The password is changed. Every other session has ended." }, { headers: { "Set-Cookie": cookie } });
      }
      case "sessions": {
        await endAllSessions(user.id);
        return data({ done: "Every other session has ended." }, { headers: { "Set-Cookie": await createSession(user.id) } });
      }
      default:
        await savePreferences(actorOf(user), parseFields(form, Theme));
        return { done: "Saved." };
    }
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function AccountPage() {
  const { user, theme } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  const failure = result && "error" in result ? result : undefined;
  return (
    <>
      <TopBar user={user} />
      <main id="main" className="mx-auto flex max-w-2xl flex-col gap-5 px-4 py-6">
        <PageHeader title={user.name} description={`${user.email} · ${user.role}`} />
        {result && "done" in result && (
          <p role="status" className="rounded-md bg-ok-soft px-3 py-2 text-sm text-ok">
            {result.done}
          </p>
        )}
        <Card title="Appearance">
          <Form method="post" className="flex items-end gap-3">
            <Select label="Colours" name="theme" defaultValue={theme} key={theme}>
              <option value="system">Like the system</option>
              <option value="light">Light</option>
              <option value="dark">Dark</option>
            </Select>
            <Button type="submit" disabled={busy}>
              Save
            </Button>
          </Form>
        </Card>
        <PasswordCard error={failure?.error} fields={failure?.fields} busy={busy} />
        <Card title="Sessions">
          <Form method="post" className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-muted">Signed in somewhere that you no longer use?</p>
            <Button type="submit" name="intent" value="sessions" tone="danger" disabled={busy}>
              Sign out everywhere else
            </Button>
          </Form>
        </Card>
      </main>
    </>
  );
}

function PasswordCard({ error, fields = {}, busy }: { error?: string; fields?: Record<string, string>; busy: boolean }) {
  return (
    <Card title="Password">
      <Form method="post" className="flex flex-col gap-4">
        <FormError>{error}</FormError>
        <TextField
          label="Current password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={fields.current}
        />
        <TextField
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          hint="At least 12 characters."
          error={fields.password}
        />
        <Button type="submit" name="intent" value="password" disabled={busy} className="self-start">
          Change password
        </Button>
      </Form>
    </Card>
  );
}
