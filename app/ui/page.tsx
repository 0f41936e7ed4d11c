import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { cx } from "./cx";
import { count } from "./number";

/** The head of a page: where it is, what it is, what can be done here. */
export function PageHeader({
  title,
  trail,
  description,
  children,
}: {
  title: ReactNode;
  trail?: { to: string; label: string }[];
  description?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-80">
        {trail && (
          <nav aria-label="Breadcrumb" className="mb-1 flex gap-1.5 text-[0.8125rem] whitespace-nowrap text-muted">
            {trail.map(({ to, label }) => (
              <span key={to} className="flex max-w-2/5 min-w-0 shrink-0 gap-1.5">
                <Link to={to} className="truncate underline-offset-2 hover:text-ink hover:underline">
                  {label}
                </Link>
                <span aria-hidden>/</span>
              </span>
            ))}
            <span aria-current="page" className="min-w-0 flex-1 truncate *:inline!">
              {title}
            </span>
          </nav>
        )}
        <h1 tabIndex={-1} className="text-xl font-semibold tracking-tight break-words">
          {title}
        </h1>
        {description && <p className="mt-1 max-w-[70ch] text-sm text-pretty text-muted">{description}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

export function Card({
  title,
  actions,
  children,
  className,
  flush,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}) {
  return (
    <section className={cx("rounded-lg border border-line bg-surface", className)}>
      {(title || actions) && (
        <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5">
          {title && <h2 className="text-sm font-semibold">{title}</h2>}
          {actions && <div className="flex items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={flush ? undefined : "p-4"}>{children}</div>
    </section>
  );
}

/** Nothing here yet: says why, and what to do. */
export function EmptyState({
  title,
  page = false,
  children,
  action,
}: {
  title: string;
  /** It is all that the page has: the title is its heading. */
  page?: boolean;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      {page ? (
        <h1 tabIndex={-1} className="text-base font-semibold">
          {title}
        </h1>
      ) : (
        <p className="text-base font-semibold">{title}</p>
      )}
      {children && <div className="max-w-[52ch] text-sm text-muted">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}

/** Facts in a row: label above figure. */
export function Facts({ items }: { items: { label: string; value: ReactNode; hint?: string }[] }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line max-sm:[&>:last-child:nth-child(odd)]:col-span-2 sm:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">
      {items.map(({ label, value, hint }) => (
        <div key={label} className="bg-surface px-4 py-3" title={hint}>
          <dt className="text-[0.8125rem] text-muted">{label}</dt>
          <dd className="mt-0.5 text-lg font-semibold break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The last line of a list that shows the first or latest of many. */
export function More({ of, shown }: { of: number; shown: number }) {
  return of > shown ? <li className="text-muted">and {count(of - shown)} more</li> : null;
}
