import { Form } from "@remix-run/react";
import { Download } from "lucide-react";
import { Button, LinkButton } from "../ui/button";

type Props = {
  release: { id: string; number: number; status: string; archivedAt: Date | string | null; cancelRequestedAt: Date | string | null };
  mayChange: boolean;
};

/** What can be done with a release: take it along, train on it, stop it, put it away. It is never changed or deleted. */
export function ReleaseActions({ release: { id, number, status, archivedAt, cancelRequestedAt }, mayChange }: Props) {
  const active = status === "queued" || status === "running";
  return (
    <>
      {status === "done" &&
        (["tar", "zip"] as const).map((archive) => (
          <a
            key={archive}
            href={`/admin/releases/${number}/download?archive=${archive}`}
            className="inline-flex min-h-9 items-center gap-1.5 rounded-md border border-line-strong/50 bg-surface px-3.5 text-sm font-medium hover:bg-raised"
          >
            <Download size={15} aria-hidden /> All files, .{archive}
          </a>
        ))}
      {mayChange && (
        <Form method="post">
          <input type="hidden" name="do" value={active ? "cancel" : archivedAt ? "restore" : "archive"} />
          <Button type="submit" tone={active ? "danger" : "plain"} disabled={active && cancelRequestedAt !== null}>
            {active ? "Cancel release" : archivedAt ? "Restore" : "Archive"}
          </Button>
        </Form>
      )}
      {mayChange && status === "done" && !archivedAt && (
        <LinkButton to={`/admin/jobs/new?release=${id}`} tone="primary">
          Train on it
        </LinkButton>
      )}
    </>
  );
}
