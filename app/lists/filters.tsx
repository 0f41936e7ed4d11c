import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { Button, LinkButton } from "../ui/button";
import { Select, TextField } from "../ui/field";
import { FilterBar, type ListState } from "../ui/table";

/** Filters above a list. They keep its order, and begin at the first page. */
export function ListFilters({ state, filtered, children }: { state: ListState; filtered: boolean; children: ReactNode }) {
  return (
    <FilterBar>
      <input type="hidden" name="sort" value={state.sort} />
      <input type="hidden" name="dir" value={state.dir} />
      {children}
      <Button type="submit">
        <Search size={14} aria-hidden /> Search
      </Button>
      {filtered && (
        <LinkButton to="?" tone="quiet">
          Clear
        </LinkButton>
      )}
    </FilterBar>
  );
}

export function SearchBox({ value, label, placeholder }: { value: string; label: string; placeholder?: string }) {
  return (
    <div className="w-72 max-sm:w-full">
      <TextField label={label} name="q" type="search" key={value} defaultValue={value} placeholder={placeholder} maxLength={200} />
    </div>
  );
}

export type Choice = readonly [value: string, label: string];

/** A filter with a few values. The first choice is "no filter", with an empty value, unless `all` is false. */
export function ChoiceFilter({
  label,
  name,
  value = "",
  choices,
}: {
  label: string;
  name: string;
  value?: string;
  choices: readonly Choice[];
}) {
  return (
    <Select label={label} name={name} key={value} defaultValue={value} className="max-w-56">
      {choices.map(([choice, text]) => (
        <option key={choice} value={choice}>
          {text}
        </option>
      ))}
    </Select>
  );
}

export function PoolFilter({ pools, value }: { pools: { id: string; name: string; archivedAt: Date | string | null }[]; value?: string }) {
  const choices = pools.map(({ id, name, archivedAt }): Choice => [id, archivedAt ? `${name} (archived)` : name]);
  return <ChoiceFilter label="Pool" name="pool" value={value} choices={[["", "Every pool"], ...choices]} />;
}

export function ArchivedFilter({ value }: { value: string }) {
  return (
    <ChoiceFilter
      label="Show"
      name="archived"
      value={value}
      choices={[
        ["no", "In service"],
        ["yes", "Archived"],
        ["all", "All"],
      ]}
    />
  );
}
