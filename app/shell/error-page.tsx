import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { LinkButton } from "../ui/button";
import { EmptyState } from "../ui/page";

const BY_STATUS: Record<number, { title: string; text: string }> = {
  403: { title: "Not for your role", text: "Your account may not open this page. An admin can change your role." },
  404: { title: "Nothing here", text: "The page does not exist, or it was moved. Check the address, or go back." },
  410: { title: "No longer valid", text: "Ask for a new link." },
  429: { title: "Too many tries", text: "Wait a minute, then try again." },
};

const OTHER = {
  title: "Something went wrong",
  text: "The error was logged. Nothing that you saved is lost. Load the page again; if it comes back, tell an admin.",
};

const about = (error: unknown) => (isRouteErrorResponse(error) && BY_STATUS[error.status]) || OTHER;
export const errorTitle = (error: unknown): string => about(error).title;

/** What a page shows in place of itself when it cannot be shown. */
export const ErrorPage = () => (
  <main id="main" className="mx-auto max-w-2xl p-6">
    <ErrorContent />
  </main>
);

/** The same inside a layout whose other parts work. */
export function ErrorContent({ start = "/" }: { start?: string }) {
  const error = useRouteError();
  const said = isRouteErrorResponse(error) ? (error.data as { error?: string } | null)?.error : undefined;
  const { title, text } = about(error);
  return (
    <EmptyState
      page
      title={title}
      action={
        <LinkButton to={start} tone="primary" reloadDocument>
          Back to the start
        </LinkButton>
      }
    >
      <p>{said ?? text}</p>
    </EmptyState>
  );
}
