import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/node";
import { Outlet, useLoaderData, useRouteLoaderData } from "@remix-run/react";
import katexStyles from "katex/dist/katex.min.css";
import { requireUser } from "~/auth/guards.server";
import { ErrorPage } from "~/shell/error-page";
import { TopBar } from "~/shell/top-bar";

/** Formulas need KaTeX's stylesheet, whose fonts the build copies beside it. */
export const links: LinksFunction = () => [{ rel: "stylesheet", href: katexStyles }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { name, role } = await requireUser(request);
  return { user: { name, role } };
}

export default function AnnotateLayout() {
  const { user } = useLoaderData<typeof loader>();
  return (
    <>
      <TopBar user={user} />
      <Outlet />
    </>
  );
}

export function ErrorBoundary() {
  const data = useRouteLoaderData<typeof loader>("routes/annotate");
  return (
    <>
      {data && <TopBar user={data.user} />}
      <ErrorPage />
    </>
  );
}
