import { Form, Link, useLocation, useNavigation, useSearchParams } from "@remix-run/react";
import {
  type ColumnDef,
  type OnChangeFn,
  type RowSelectionState,
  type Table,
  flexRender,
  getCoreRowModel,
  useReactTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from "lucide-react";
import { type MouseEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import { useAnnounce } from "./announce";
import { LinkButton } from "./button";
import { cx } from "./cx";
import { count, plural } from "./number";

export type ListState = { page: number; perPage: number; sort: string; dir: "asc" | "desc" };
/**
 * `more` is true when the count stopped at a cap, so that a huge table is not counted for each page. Long lists have
 * places to go on from, `next` and `previous`; without them, the number of the page is enough. `unfinished` is true when
 * the search stopped before the page was full.
 */
export type ListResult<Row> = {
  rows: Row[];
  rowCount: number;
  more?: boolean;
  next?: string;
  previous?: string;
  unfinished?: boolean;
};
/** Ticked rows, by the id that `idOf` gives. */
export type Selection<Row> = { idOf: (row: Row) => string; ticked: RowSelectionState; onChange: OnChangeFn<RowSelectionState> };

type Props<Row> = {
  label: string;
  /** `id` of a sortable column is its name in the URL; set enableSorting: false on the others. */
  columns: ColumnDef<Row>[];
  result: ListResult<Row>;
  /** The state as the loader parsed it; links are built from it, so that junk in a URL does not persist. */
  state: ListState;
  empty: ReactNode;
  /** Puts a column of checkboxes first. */
  selection?: Selection<Row>;
};

/** A page of rows. The URL is the state: sorting and paging are links, so that they can be shared, reloaded and gone back from. */
export function DataTable<Row>({ label, columns, result, state, empty, selection }: Props<Row>) {
  const busy = useNavigation().state === "loading";
  const ticks = selection !== undefined;
  const shown = useMemo(() => (ticks ? [TICKS as ColumnDef<Row>, ...columns] : columns), [ticks, columns]);
  useCountSaid(label, result);
  const table = useReactTable({
    data: result.rows,
    columns: shown,
    state: { sorting: [{ id: state.sort, desc: state.dir === "desc" }], ...(selection && { rowSelection: selection.ticked }) },
    ...(selection && { getRowId: selection.idOf, onRowSelectionChange: selection.onChange }),
    manualSorting: true,
    manualPagination: true,
    rowCount: result.rowCount,
    getCoreRowModel: getCoreRowModel(),
  });
  if (result.rows.length === 0 && !result.unfinished) return <div className="rounded-lg border border-line bg-surface">{empty}</div>;
  return (
    <div>
      {/* The frame scrolls sideways on narrow screens, so it takes focus for keyboard users. */}
      <div
        role="region"
        aria-label={label}
        tabIndex={0}
        className={cx("overflow-x-auto rounded-lg border border-line bg-surface", busy && "opacity-60")}
      >
        <table className="w-full border-collapse text-sm">
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} className="border-b border-line text-left">
                {group.headers.map((header) => (
                  <SortHeader key={header.id} id={header.id} sortable={header.column.columnDef.enableSorting !== false} state={state}>
                    {flexRender(header.column.columnDef.header, header.getContext())}
                  </SortHeader>
                ))}
              </tr>
            ))}
          </thead>
          <Body table={table} />
        </table>
      </div>
      <Pager result={result} state={state} />
    </div>
  );
}

/** Says how many rows there are when others are shown than before: after a filter, an order, another page. */
function useCountSaid(label: string, { rows, rowCount, more }: ListResult<unknown>) {
  const announce = useAnnounce();
  const { search } = useLocation();
  const said = useRef(search);
  useEffect(() => {
    if (said.current === search) return;
    said.current = search;
    announce(
      rows.length === 0 ? `${label}: no rows` : `${label}: ${plural(Math.max(rowCount, rows.length), "row")}${more ? " or more" : ""}`,
    );
  }, [search, announce, label, rows.length, rowCount, more]);
}

/** Made once: a cell whose function is another at each render is made anew, and loses the focus. */
const TICKS: ColumnDef<unknown> = {
  id: "ticked",
  enableSorting: false,
  header: ({ table }) => (
    <Tick
      label="Select every row of this page"
      checked={table.getIsAllPageRowsSelected()}
      mixed={table.getIsSomePageRowsSelected()}
      onChange={table.getToggleAllPageRowsSelectedHandler()}
    />
  ),
  cell: ({ row, table }) => (
    <Tick
      label={`Select row ${table.getRowModel().rows.indexOf(row) + 1}`}
      checked={row.getIsSelected()}
      onChange={row.getToggleSelectedHandler()}
    />
  ),
};

type TickProps = { label: string; checked: boolean; mixed?: boolean; onChange: (event: unknown) => void };

function Tick({ label, checked, mixed = false, onChange }: TickProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      className="block size-4 translate-y-0.5 accent-accent"
      checked={checked}
      ref={(box) => {
        if (box) box.indeterminate = mixed && !checked;
      }}
      onChange={onChange}
    />
  );
}

function Body<Row>({ table }: { table: Table<Row> }) {
  return (
    <tbody>
      {table.getRowModel().rows.map((row) => (
        <tr
          key={row.id}
          className="border-b border-line last:border-0 has-[a[href]]:cursor-pointer has-[a[href]]:hover:bg-raised/50"
          onClick={openRow}
        >
          {row.getVisibleCells().map((cell) => (
            <td key={cell.id} className="max-w-[36rem] px-3 py-2 align-top">
              {flexRender(cell.column.columnDef.cell, cell.getContext())}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** A click anywhere in a row follows its first link, which keyboards and screen readers have; one on a control or to mark text does not. */
function openRow(event: MouseEvent<HTMLTableRowElement>): void {
  if ((event.target as Element).closest("a, button, input, label, summary") || getSelection()?.isCollapsed === false) return;
  event.currentTarget.querySelector<HTMLElement>("a[href]")?.click();
}

function useListLink() {
  const [params] = useSearchParams();
  return (changes: Record<string, string | number | undefined>) => {
    const next = new URLSearchParams(params);
    next.delete("after");
    next.delete("before");
    for (const [key, value] of Object.entries(changes)) if (value !== undefined) next.set(key, String(value));
    return `?${next.toString()}`;
  };
}

function SortHeader({ id, sortable, state, children }: { id: string; sortable: boolean; state: ListState; children: ReactNode }) {
  const link = useListLink();
  const active = sortable && state.sort === id;
  const dir = active && state.dir === "asc" ? "desc" : "asc";
  const Arrow = state.dir === "asc" ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={active ? (state.dir === "asc" ? "ascending" : "descending") : undefined}
      className="px-3 py-2 text-[0.8125rem] font-medium whitespace-nowrap text-muted"
    >
      {sortable ? (
        <Link to={link({ sort: id, dir, page: 1 })} preventScrollReset className="inline-flex items-center gap-1 rounded hover:text-ink">
          {children}
          {active && <Arrow size={13} aria-hidden />}
        </Link>
      ) : (
        children
      )}
    </th>
  );
}

type Paged = Omit<ListResult<unknown>, "rows"> & { rows: readonly unknown[] };

type PagerProps = {
  result: Paged;
  state: Pick<ListState, "page" | "perPage">;
  /** Of the page in the address, where it has several lists. */
  name?: string;
};

/** Where in a list the reader is, and links to the pages beside it. */
export function Pager({ result, state, name = "page" }: PagerProps) {
  const link = useListLink();
  const { rows, rowCount, more, unfinished } = result;
  const first = (state.page - 1) * state.perPage + 1;
  const last = first + rows.length - 1;
  const hasNext = result.next !== undefined || last < rowCount;
  return (
    <nav
      aria-label={name === "page" ? "Pages" : `Pages of ${name}`}
      className="mt-3 flex flex-wrap items-center justify-between gap-3 text-[0.8125rem] text-muted"
    >
      <span>
        {rows.length > 0 && `${count(first)}–${count(last)} of ${count(Math.max(last, rowCount))}${more ? "+" : ""}`}
        {unfinished && <span className="ml-2">More rows wait to be looked through.</span>}
      </span>
      <span className="flex gap-2">
        {state.page > 1 && (
          <LinkButton size="small" to={link({ [name]: state.page - 1, before: result.previous })} rel="prev">
            <ChevronLeft size={14} aria-hidden /> Previous
          </LinkButton>
        )}
        {hasNext && (
          <LinkButton size="small" to={link({ [name]: state.page + 1, after: result.next })} rel="next">
            {unfinished ? "Search on" : "Next"} <ChevronRight size={14} aria-hidden />
          </LinkButton>
        )}
      </span>
    </nav>
  );
}

/** Filters above a table: a GET form with a button, since a choice made with the arrow keys passes by others (WCAG 3.2.2). */
export const FilterBar = ({ children, label = "Filters" }: { children: ReactNode; label?: string }) => (
  <Form
    method="get"
    role="search"
    aria-label={label}
    preventScrollReset
    className="mb-4 flex flex-wrap items-end gap-3 xl:flex-nowrap xl:gap-2 xl:[&>:is(a,button)]:shrink-0 xl:[&>div]:min-w-0"
  >
    {children}
  </Form>
);
