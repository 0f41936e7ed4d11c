import { ChoiceFilter, ListFilters } from "../lists/filters";
import type { ListQuery } from "./schema";

export function ModelFilters({ state }: { state: ListQuery }) {
  return (
    <ListFilters state={state} filtered={Boolean(state.task || state.kind || state.archived)}>
      <ChoiceFilter
        label="Task"
        name="task"
        value={state.task}
        choices={[
          ["", "Any"],
          ["causal", "Writes text"],
          ["reward", "Scores responses"],
        ]}
      />
      <ChoiceFilter
        label="Kind"
        name="kind"
        value={state.kind}
        choices={[
          ["", "Any"],
          ["checkpoint", "Checkpoint"],
          ["endpoint", "Endpoint"],
        ]}
      />
      <ChoiceFilter
        label="Show"
        name="archived"
        value={state.archived ? "1" : ""}
        choices={[
          ["", "In use"],
          ["1", "Archived"],
        ]}
      />
    </ListFilters>
  );
}
