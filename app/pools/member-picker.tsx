import { Form, useNavigation } from "@remix-run/react";
import { SearchBox } from "~/lists/filters";
import { Button } from "~/ui/button";
import { Checkbox, FormError } from "~/ui/field";
import { plural } from "~/ui/number";
import { EmptyState } from "~/ui/page";
import { FilterBar, Pager } from "~/ui/table";
import type { possibleMembers } from "./queries.server";
import type { MemberList } from "./schema";

type Result = Awaited<ReturnType<typeof possibleMembers>>;
type Props = { state: MemberList; result: Result; total: number; error?: string };

/** Who may work on a pool whose access is "members": a page of people, on which members come first. */
export function MemberPicker({ state, result, total, error }: Props) {
  if (result.rowCount === 0 && !state.q) return <EmptyState title="Nobody to choose">Invite annotators first, under People.</EmptyState>;
  return (
    <div>
      <FilterBar label="Search people">
        <SearchBox value={state.q} label="Search people" placeholder="Name or e-mail" />
        <Button type="submit">Search</Button>
      </FilterBar>
      <p className="mb-3 text-sm text-muted">
        {plural(total, "member")}. Chosen people find this pool’s pairs in their queue; saving changes only those shown here.
      </p>
      {result.rows.length === 0 ? (
        <EmptyState title="Nobody matches">Try another name.</EmptyState>
      ) : (
        <People people={result.rows} error={error} />
      )}
      <Pager result={result} state={state} />
    </div>
  );
}

function People({ people, error }: { people: Result["rows"]; error?: string }) {
  const busy = useNavigation().state !== "idle";
  const members = people.filter(({ member }) => member);
  return (
    // Ticks are the browser's; a key of who is shown and ticked shows them anew when that changed.
    <Form key={people.map(({ id, member }) => `${id}${member}`).join()} method="post" className="flex flex-col gap-4">
      <FormError>{error}</FormError>
      <fieldset className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        <legend className="sr-only">Members</legend>
        {people.map(({ id, name, email, role, member }) => (
          <Checkbox key={id} name="userIds[]" value={id} defaultChecked={member} label={name} hint={`${email}, ${role}`} />
        ))}
      </fieldset>
      {/* Members who are not shown stay. */}
      {members.map(({ id }) => (
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
