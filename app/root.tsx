import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useLoaderData, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import styles from "../styles/tailwind.css";
import { readSession } from "./auth/session.server";
import { readPreferences } from "./people/preferences";
import { errorTitle, ErrorPage } from "./shell/error-page";
import { useFocusManagement } from "./shell/focus";
import { useNonce } from "./shell/nonce";
import { OPENED_ADDRESS_SCRIPT, useOpenedAddress } from "./shell/take-over";
import { THEME_SCRIPT } from "./shell/theme";
import { TopBar } from "./shell/top-bar";
import { AnnounceProvider } from "./ui/announce";
import { ToastProvider } from "./ui/toast";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta: MetaFunction = ({ error }) => [{ title: error ? `${errorTitle(error)} · Tiebreak` : "Tiebreak" }];

export async function loader({ request }: LoaderFunctionArgs) {
  const session = await readSession(request);
  const user = session && { id: session.user.id, name: session.user.name, role: session.user.role };
  return { user, theme: readPreferences(session?.user.preferences).theme };
}

export function Layout({ children }: { children: ReactNode }) {
  const root = useRouteLoaderData<typeof loader>("root");
  const nonce = useNonce();
  const theme = root?.theme ?? "system";
  useFocusManagement();
  useOpenedAddress();
  return (
    <html lang="en" data-theme={theme === "dark" ? "dark" : "light"} data-theme-choice={theme} suppressHydrationWarning>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <Meta />
        <Links />
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: THEME_SCRIPT + OPENED_ADDRESS_SCRIPT }} />
      </head>
      <body className="min-h-dvh">
        <a
          href="#main"
          className="sr-only rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
        >
          Skip to content
        </a>
        <AnnounceProvider>
          <ToastProvider>{children}</ToastProvider>
        </AnnounceProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  useLoaderData<typeof loader>();
  return <Outlet />;
}

export function ErrorBoundary() {
  const user = useRouteLoaderData<typeof loader>("root")?.user;
  return (
    <>
      {user && <TopBar user={user} />}
      <ErrorPage />
    </>
  );
}
