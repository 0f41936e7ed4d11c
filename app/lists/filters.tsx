import { ListFilter } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type RefObject, useEffect, useRef } from "react";
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
        <ListFilter size={14} aria-hidden /> Apply
      </Button>
      {filtered && (
        <LinkButton
          to="?"
          tone="quiet"
          // It goes away with what it clears.
          onClick={(event) =>
            event.currentTarget.closest("form")?.querySelector<HTMLElement>(":is(input, select):not([type=hidden])")?.focus()
          }
        >
          Clear
        </LinkButton>
      )}
    </FilterBar>
  );
}

export function SearchBox({ value, label, placeholder }: { value: string; label: string; placeholder?: string }) {
  return (
    <div className="w-72 max-sm:w-full">
      <TextFilter label={label} name="q" type="search" value={value} placeholder={placeholder} maxLength={200} />
    </div>
  );
}

/** A filter that takes what is typed. */
export function TextFilter({ label, value, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: string; value?: string | number }) {
  const field = useRef<HTMLInputElement>(null);
  useShown(field, String(value ?? ""));
  return <TextField ref={field} label={label} defaultValue={value} {...rest} />;
}

/** Shows what the address says, also after Back, in the same field: another one would not have the focus. */
function useShown(field: RefObject<HTMLInputElement | HTMLSelectElement | null>, value: string) {
  const shown = useRef(value);
  useEffect(() => {
    // Only when it changed: what was typed before the page took over stays.
    if (field.current && shown.current !== value) field.current.value = value;
    shown.current = value;
  }, [field, value]);
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
  const field = useRef<HTMLSelectElement>(null);
  useShown(field, value);
  return (
    <Select ref={field} label={label} name={name} defaultValue={value} className="max-w-56 xl:pr-6 xl:pl-2">
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
