import { Form, useNavigation } from "@remix-run/react";
import { Button } from "~/ui/button";
import { Checkbox, FormError } from "~/ui/field";
import { EmptyState } from "~/ui/page";

type Person = { id: string; name: string; email: string; role: string };

/** Who may work on a pool whose access is "members". */
export function MemberPicker({ people, members, error }: { people: Person[]; members: string[]; error?: string }) {
  const busy = useNavigation().state !== "idle";
  const shown = members.filter((id) => people.some((person) => person.id === id));
  if (people.length === 0) return <EmptyState title="Nobody to choose">Invite annotators first, under People.</EmptyState>;
  return (
    // Ticks are the browser's; a key of the members shows them anew when somebody else changed them.
    <Form key={members.join()} method="post" className="flex flex-col gap-4">
      <FormError>{error}</FormError>
      <fieldset className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        <legend className="mb-3 text-sm text-muted">Chosen people find this pool’s pairs in their queue.</legend>
        {people.map(({ id, name, email, role }) => (
          <Checkbox key={id} name="userIds[]" value={id} defaultChecked={members.includes(id)} label={name} hint={`${email}, ${role}`} />
        ))}
      </fieldset>
      {/* Members with a closed account are not shown, and stay. */}
      {shown.map((id) => (
        <input key={id} type="hidden" name="base[]" value={id} />
      ))}
      <div>
        <Button type="submit" tone="primary" disabled={busy}>
          Save members
        </Button>
      </div>
    </Form>
  );
}
