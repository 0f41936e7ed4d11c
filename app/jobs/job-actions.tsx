import { Form, useNavigation } from "@remix-run/react";
import { StatusBadge } from "~/ui/badge";
import { Button } from "~/ui/button";

type Props = { job: { status: string; checkpoint: boolean } };

/** What can be done with a job in the state it is in. */
export function JobActions({ job }: Props) {
  const busy = useNavigation().state !== "idle";
  const open = job.status === "queued" || job.status === "running";
  const ended = ["failed", "cancelled", "done"].includes(job.status);
  return (
    <Form method="post" className="flex flex-wrap items-center gap-2">
      <StatusBadge status={job.status} />
      {open && (
        <Button type="submit" name="intent" value="cancel" tone="danger" disabled={busy}>
          Cancel job
        </Button>
      )}
      {ended && job.checkpoint && (
        <Button
          type="submit"
          name="intent"
          value="resume"
          tone="primary"
          disabled={busy}
          title="A new job that goes on from the last checkpoint"
        >
          Resume
        </Button>
      )}
      {ended && (
        <Button type="submit" name="intent" value="retry" disabled={busy} title="A new job with the same settings, from the start">
          {job.status === "done" ? "Run again" : "Retry from the start"}
        </Button>
      )}
    </Form>
  );
}
