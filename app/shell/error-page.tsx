import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { LinkButton } from "../ui/button";
import { EmptyState } from "../ui/page";

const BY_STATUS: Record<number, { title: string; text: string }> = {
  403: { title: "Not for your role", text: "Your account may not open this page. An admin can change your role." },
  404: { title: "Nothing here", text: "The page does not exist, or it was moved. Check the address, or go back." },
  410: { title: "No longer valid", text: "Ask for a new link." },
  429: { title: "Too many tries", text: "Wait a minute, then try again." },
};

/** What a page shows in place of itself when it cannot be shown. */
export function ErrorPage() {
  const error = useRouteError();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const said = isRouteErrorResponse(error) ? (error.data as { error?: string } | null)?.error : undefined;
  const { title, text } = BY_STATUS[status] ?? {
    title: "Something went wrong",
    text: "The error was logged. Nothing that you saved is lost. Load the page again; if it comes back, tell an admin.",
  };
  return (
    <main id="main" className="mx-auto max-w-2xl p-6">
      <EmptyState
        title={title}
        action={
          <LinkButton to="/" tone="primary" reloadDocument>
            Back to the start
          </LinkButton>
        }
      >
        <p>{said ?? text}</p>
      </EmptyState>
    </main>
  );
}
