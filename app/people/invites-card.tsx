import { useFetcher } from "@remix-run/react";
import type { FormFailure } from "../http/input.server";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { CopyField } from "../ui/copy-field";
import { FormError, Select, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { RelativeTime } from "../ui/time";
import { ROLES } from "./list";

type Invite = { id: string; role: string; note: string; createdAt: Date; expiresAt: Date; createdBy: { name: string } };

/** Inviting by link: the link is shown once, to the admin who made it, and makes one account. */
export function InvitesCard({ invites }: { invites: Invite[] }) {
  const fetcher = useFetcher<FormFailure | { link: string }>();
  const answer = fetcher.data;
  return (
    <Card title="Invite">
      <fetcher.Form method="post" className="flex flex-wrap items-end gap-3">
        <Select label="Role" name="role" defaultValue="annotator">
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {role[0]?.toUpperCase() + role.slice(1)}
            </option>
          ))}
        </Select>
        <div className="min-w-56 flex-1">
          <TextField label="For whom" name="note" maxLength={200} placeholder="A note to yourself" />
        </div>
        <Button type="submit" tone="primary" name="intent" value="invite" disabled={fetcher.state !== "idle"}>
          Make a link
        </Button>
      </fetcher.Form>
      {answer && "error" in answer && (
        <div className="mt-3">
          <FormError>{answer.error}</FormError>
        </div>
      )}
      {answer && "link" in answer && (
        <div className="mt-4 rounded-md bg-ok-soft p-3" role="status">
          <CopyField
            label="Invitation link"
            value={answer.link}
            hint="Send it to one person. It is shown only now, works once, and expires in 7 days."
          />
        </div>
      )}
      {invites.length > 0 && (
        <ul className="mt-4 divide-y divide-line border-t border-line text-sm">
          {invites.map((invite) => (
            <InviteItem key={invite.id} invite={invite} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function InviteItem({ invite }: { invite: Invite }) {
  const fetcher = useFetcher();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <Badge>{invite.role}</Badge>
      <span className="min-w-0 flex-1">
        {invite.note || <span className="text-muted">No note</span>}
        <span className="block text-[0.8125rem] text-muted">
          by {invite.createdBy.name}, expires <RelativeTime at={invite.expiresAt} />
        </span>
      </span>
      <fetcher.Form method="post">
        <input type="hidden" name="inviteId" value={invite.id} />
        <Button type="submit" size="small" name="intent" value="revoke" disabled={fetcher.state !== "idle"}>
          Take back
        </Button>
      </fetcher.Form>
    </li>
  );
}
