import { useFetcher } from "@remix-run/react";
import type { FormFailure } from "../http/input.server";
import { Button } from "../ui/button";
import { CopyField } from "../ui/copy-field";
import { Checkbox, FormError, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { ExpirySelect } from "./expiry-select";
import { GIVEN_SCOPES, SCOPE_LABELS } from "./schema";

/** Making a token: a name, what it may do, and for how long. The token is shown once. */
export function TokenForm() {
  const fetcher = useFetcher<FormFailure | { token: string }>();
  const answer = fetcher.data;
  const failure = answer && "error" in answer ? answer : undefined;
  return (
    <Card title="New token">
      <fetcher.Form method="post" className="flex flex-col gap-4">
        {failure && <FormError>{failure.error}</FormError>}
        <div className="flex flex-wrap gap-4">
          <div className="min-w-56 flex-1">
            <TextField
              label="What is it for"
              name="name"
              required
              maxLength={100}
              placeholder="Nightly import"
              error={failure?.fields.name}
            />
          </div>
          <ExpirySelect start="90" />
        </div>
        <fieldset>
          <legend className="mb-2 text-sm font-medium">What it may do</legend>
          <div className="grid grid-cols-2 gap-2 max-sm:grid-cols-1">
            {GIVEN_SCOPES.map((scope) => (
              <Checkbox key={scope} name="scopes[]" value={scope} label={SCOPE_LABELS[scope]} hint={<code>{scope}</code>} />
            ))}
          </div>
        </fieldset>
        <Button type="submit" tone="primary" name="intent" value="create" disabled={fetcher.state !== "idle"} className="self-start">
          Make token
        </Button>
      </fetcher.Form>
      {answer && "token" in answer && (
        <div className="mt-4 rounded-md bg-ok-soft p-3" role="status">
          <CopyField label="The token" value={answer.token} hint="It is shown only now. Keep it like a password." />
        </div>
      )}
    </Card>
  );
}
