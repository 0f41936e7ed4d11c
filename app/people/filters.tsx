import { ChoiceFilter, ListFilters, SearchBox } from "../lists/filters";
import type { PeopleList } from "./list";

export function PeopleFilters({ state }: { state: PeopleList }) {
  const filtered = Boolean(state.q || state.role || state.show !== "active" || state.days);
  return (
    <ListFilters state={state} filtered={filtered}>
      <SearchBox value={state.q} label="Search" placeholder="Name or e-mail" />
      <ChoiceFilter
        label="Role"
        name="role"
        value={state.role}
        choices={[
          ["", "Every role"],
          ["annotator", "Annotators"],
          ["reviewer", "Reviewers"],
          ["admin", "Admins"],
        ]}
      />
      <ChoiceFilter
        label="Show"
        name="show"
        value={state.show}
        choices={[
          ["active", "Open accounts"],
          ["closed", "Closed accounts"],
          ["imported", "From imported votes"],
          ["all", "All"],
        ]}
      />
      <ChoiceFilter
        label="Figures of"
        name="days"
        value={String(state.days)}
        choices={[
          ["0", "All time"],
          ["30", "Last 30 days"],
          ["7", "Last 7 days"],
        ]}
      />
    </ListFilters>
  );
}
