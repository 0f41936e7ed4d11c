import { Form, Link, NavLink } from "@remix-run/react";
import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import type { Role } from "../generated/prisma/client";
import { cx } from "../ui/cx";

type Props = { user: { name: string; role: Role }; children?: ReactNode };

const tab = ({ isActive }: { isActive: boolean }) =>
  cx("rounded-md px-2.5 py-1.5 text-sm font-medium", isActive ? "bg-raised text-ink" : "text-muted hover:bg-raised hover:text-ink");

/** The bar on top of every page for signed-in people. */
export function TopBar({ user, children }: Props) {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-4 border-b border-line bg-surface px-4 max-sm:gap-2 max-sm:px-2">
      <Link to="/" className="flex items-center gap-2 font-semibold tracking-tight">
        <img src="/favicon.svg" alt="" width={22} height={22} />
        <span className="max-sm:sr-only">Tiebreak</span>
      </Link>
      <nav aria-label="Main" className="flex items-center gap-1">
        <NavLink to="/annotate" className={tab} end>
          Annotate
        </NavLink>
        <NavLink to="/annotate/history" className={tab}>
          History
        </NavLink>
        {user.role !== "annotator" && (
          <NavLink to="/admin" className={tab}>
            Admin
          </NavLink>
        )}
      </nav>
      <div className="min-w-0 flex-1">{children}</div>
      <NavLink to="/account" className={(state) => cx(tab(state), "max-w-40 truncate max-sm:max-w-20")}>
        {user.name}
      </NavLink>
      <Form method="post" action="/logout">
        <button type="submit" aria-label="Sign out" title="Sign out" className="rounded-md p-2 text-muted hover:bg-raised hover:text-ink">
          <LogOut size={16} aria-hidden />
        </button>
      </Form>
    </header>
  );
}
