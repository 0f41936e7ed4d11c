import { useFetcher } from "@remix-run/react";
import { useState } from "react";
import type { FormFailure } from "../http/input.server";
import { Button } from "../ui/button";
import { CopyField } from "../ui/copy-field";
import { ConfirmDialog } from "../ui/dialog";
import { FormError, Select } from "../ui/field";
import { Card } from "../ui/page";
import { plural } from "../ui/number";
import { ROLES } from "./list";

type AccountFetcher = ReturnType<typeof useFetcher<FormFailure | { done: string } | { link: string }>>;
type Props = {
  person: { name: string; role: string; deactivatedAt: Date | null; figures: { votes: number }; _count: { sessions: number } };
};

/** What an admin may change about an account. */
export function AccountCard({ person }: Props) {
  const fetcher = useFetcher<FormFailure | { done: string } | { link: string }>();
  const [closing, setClosing] = useState(false);
  const busy = fetcher.state !== "idle";
  const send = (fields: Record<string, string>) => fetcher.submit(fields, { method: "post" });
  return (
    <Card title="Account">
      <div className="flex flex-col gap-4">
        {fetcher.data && "error" in fetcher.data && <FormError>{fetcher.data.error}</FormError>}
        <RoleForm role={person.role} fetcher={fetcher} />
        <div className="flex items-center justify-between gap-3 text-sm">
          <span className="text-muted">{plural(person._count.sessions, "session")} open</span>
          <Button size="small" disabled={busy || person._count.sessions === 0} onClick={() => send({ intent: "sessions" })}>
            End sessions
          </Button>
        </div>
        <ResetLink deactivated={person.deactivatedAt !== null} fetcher={fetcher} />
        <div className="flex items-center justify-between gap-3 border-t border-line pt-4 text-sm">
          <span className="text-muted">{person.deactivatedAt ? "The account is closed." : "Can sign in and work."}</span>
          {person.deactivatedAt ? (
            <Button size="small" disabled={busy} onClick={() => send({ intent: "open" })}>
              Open account
            </Button>
          ) : (
            <Button size="small" tone="danger" disabled={busy} onClick={() => setClosing(true)}>
              Close account
            </Button>
          )}
        </div>
      </div>
      <ConfirmDialog
        open={closing}
        onOpenChange={setClosing}
        title={`Close the account of ${person.name}?`}
        description={`They are signed out at once and cannot sign in. ${fateOf(person.figures.votes)} You can open the account again.`}
        confirm="Close account"
        onConfirm={() => send({ intent: "close" })}
      />
    </Card>
  );
}

/** What becomes of the votes when the account closes. */
const fateOf = (votes: number) =>
  votes === 0
    ? "They have given no vote."
    : `Their ${plural(votes, "vote")} ${votes === 1 ? "stays" : "stay"} and count in the pools, but new releases leave ${votes === 1 ? "it" : "them"} out unless the release takes in votes of closed accounts.`;

/** For somebody who has forgotten the password: the link is shown once, to the admin who made it. */
function ResetLink({ deactivated, fetcher }: { deactivated: boolean; fetcher: AccountFetcher }) {
  const link = fetcher.data && "link" in fetcher.data ? fetcher.data.link : undefined;
  return (
    <>
      <div className="flex items-center justify-between gap-3 text-sm">
        <span className="text-muted">Forgotten password</span>
        <Button
          size="small"
          disabled={deactivated || fetcher.state !== "idle"}
          onClick={() => fetcher.submit({ intent: "reset" }, { method: "post" })}
        >
          Make a reset link
        </Button>
      </div>
      {link && (
        <div className="rounded-md bg-ok-soft p-3" role="status">
          <CopyField
            label="Reset link"
            value={link}
            hint="Send it to this person alone. It is shown only now, works once, and expires in a day."
          />
        </div>
      )}
    </>
  );
}

function RoleForm({ role: current, fetcher }: { role: string; fetcher: AccountFetcher }) {
  return (
    <fetcher.Form method="post" className="flex items-end gap-2">
      <div className="flex-1">
        <Select label="Role" name="role" defaultValue={current} key={current}>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {role[0]?.toUpperCase() + role.slice(1)}
            </option>
          ))}
        </Select>
      </div>
      <Button type="submit" name="intent" value="role" disabled={fetcher.state !== "idle"}>
        Change role
      </Button>
    </fetcher.Form>
  );
}
