import { ArchivedFilter, ChoiceFilter, ListFilters, PoolFilter, SearchBox, TextFilter } from "../lists/filters";
import { type ComparisonList, isFiltered } from "./list";

type Props = { state: ComparisonList; pools: { id: string; name: string; archivedAt: Date | null }[] };

export function ComparisonFilters({ state, pools }: Props) {
  return (
    <ListFilters state={state} filtered={isFiltered(state)}>
      <SearchBox value={state.q} label="Search prompts" placeholder="Words, external id or id" />
      <PoolFilter pools={pools} value={state.pool} />
      <ChoiceFilter
        label="Votes"
        name="progress"
        value={state.progress}
        choices={[
          ["", "Any"],
          ["untouched", "None yet"],
          ["waiting", "Waiting for votes"],
          ["complete", "Complete"],
        ]}
      />
      <ChoiceFilter
        label="Only"
        name="only"
        value={state.only}
        choices={[
          ["", "All"],
          ["flagged", "With open flags"],
          ["gold", "Gold"],
        ]}
      />
      <div className="w-36">
        <TextFilter label="Model" name="model" type="search" value={state.model} maxLength={200} />
      </div>
      <div className="w-20">
        <TextFilter label="Round" name="round" type="number" min={1} value={state.round} />
      </div>
      <ArchivedFilter value={state.archived} />
    </ListFilters>
  );
}
