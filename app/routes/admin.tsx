import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/node";
import { NavLink, Outlet, useLoaderData, useLocation, useRouteLoaderData } from "@remix-run/react";
import katexStyles from "katex/dist/katex.min.css";
import { type ReactNode, useEffect, useRef } from "react";
import { requireRole } from "~/auth/guards.server";
import { ErrorContent, ErrorPage } from "~/shell/error-page";
import { NAVIGATION, type NavigationItem } from "~/shell/navigation";
import { TopBar } from "~/shell/top-bar";
import { cx } from "~/ui/cx";

/** Without it each formula is there twice, once for screen readers and once for the eye. */
export const links: LinksFunction = () => [{ rel: "stylesheet", href: katexStyles }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { name, role } = await requireRole(request, "admin", "reviewer");
  return { user: { name, role }, navigation: NAVIGATION.filter((item) => item.roles.includes(role)) };
}

type Frame = Awaited<ReturnType<typeof loader>>;

export default function AdminLayout() {
  return (
    <Frame {...useLoaderData<typeof loader>()}>
      <Outlet />
    </Frame>
  );
}

function Frame({ user, navigation, children }: Frame & { children: ReactNode }) {
  return (
    <>
      <TopBar user={user} />
      <div className="mx-auto flex max-w-[90rem] gap-8 px-6 max-lg:flex-col max-lg:gap-0 max-sm:px-4">
        <SideNavigation items={navigation} />
        <main id="main" className="min-w-0 flex-1 py-6 pb-16">
          {children}
        </main>
      </div>
    </>
  );
}

function SideNavigation({ items }: { items: NavigationItem[] }) {
  const groups = [...new Set(items.map((item) => item.group))];
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On narrow screens it is a row that scrolls, and where one is may lie outside of it.
  useEffect(() => {
    const here = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && here) nav.current.scrollLeft = here.offsetLeft - (nav.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav
      ref={nav}
      aria-label="Admin"
      className="w-44 shrink-0 py-6 lg:sticky lg:top-12 lg:self-start max-lg:relative max-lg:flex max-lg:w-full max-lg:gap-4 max-lg:overflow-x-auto max-lg:border-b max-lg:border-line max-lg:py-2"
    >
      {groups.map((group) => (
        <div key={group} className="mb-5 max-lg:mb-0 max-lg:flex max-lg:items-center max-lg:gap-1">
          <h2 className={cx("mb-1 px-2.5 text-xs font-semibold text-faint max-lg:sr-only", group === "Start" && "sr-only")}>{group}</h2>
          <ul className="max-lg:flex max-lg:gap-1">
            {items
              .filter((item) => item.group === group)
              .map((item) => (
                <li key={item.to}>
                  <NavLink
                    to={item.to}
                    end={item.to === "/admin"}
                    className={({ isActive }) =>
                      cx(
                        "block rounded-md px-2.5 py-1.5 text-sm whitespace-nowrap",
                        isActive ? "bg-accent-soft font-medium text-accent-text" : "text-muted hover:bg-raised hover:text-ink",
                      )
                    }
                  >
                    {item.label}
                  </NavLink>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** A page that cannot be shown leaves the navigation where it was. */
export function ErrorBoundary() {
  const frame = useRouteLoaderData<typeof loader>("routes/admin");
  if (!frame) return <ErrorPage />;
  return (
    <Frame {...frame}>
      <ErrorContent start="/admin" />
    </Frame>
  );
}
