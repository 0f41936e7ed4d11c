import { Form } from "@remix-run/react";
import { StatusBadge } from "~/ui/badge";
import { Button, LinkButton } from "~/ui/button";
import { FormError } from "~/ui/field";
import { bytes, count, plural } from "~/ui/number";
import { Card, Facts } from "~/ui/page";
import { Progress, ProgressNote } from "~/ui/progress";
import { TimeLeft } from "~/ui/time-left-words";
import { duration } from "~/ui/time";
import { shareDone } from "./import-table";
import type { ShownImport } from "./queries.server";

/** How far an import is, and what it has added. */
export function ImportState({ run }: { run: ShownImport }) {
  return (
    <>
      <Card
        title="Progress"
        actions={<StatusBadge status={run.cancelRequestedAt && run.status === "running" ? "cancelling" : run.status} />}
      >
        <Progress value={shareDone(run)} label={`Import of ${run.fileName}`} />
        <ProgressNote left={run.status === "running" && !run.cancelRequestedAt && <TimeLeft done={run.bytesDone} total={run.bytesTotal} />}>
          <span role="status">{inWords(run)}</span>
        </ProgressNote>
      </Card>
      {run.status === "failed" && <FormError>{run.error}</FormError>}
      <Facts
        items={[
          { label: "Rows read", value: count(run.rows) },
          { label: "Prompts added", value: count(run.promptsAdded) },
          { label: "Responses added", value: count(run.responsesAdded) },
          { label: "Comparisons added", value: count(run.comparisonsAdded) },
          { label: "Votes added", value: count(run.votesAdded) },
          { label: "There already", value: count(run.duplicates), hint: "Rows of which nothing was new" },
          { label: "Bad rows", value: count(run.badRows) },
        ]}
      />
      <p className="text-[0.8125rem] text-muted">
        {run.format.toUpperCase()}, {bytes(run.bytesTotal)}. More than two responses make{" "}
        {run.options.pairs.rule === "all"
          ? "every pair"
          : `${plural(run.options.pairs.count, "pair")} per prompt, drawn with seed ${run.options.pairs.seed}`}
        . Round {run.options.round}.
      </p>
    </>
  );
}

function inWords(run: ShownImport): string {
  const took = run.startedAt && run.finishedAt ? ` in ${duration(run.finishedAt.getTime() - run.startedAt.getTime())}` : "";
  switch (run.status) {
    case "queued":
      return "Waits for its turn. Imports are done one at a time by each server process.";
    case "running":
      if (run.cancelRequestedAt) return "Stopping …";
      return `${bytes(run.bytesDone)} of ${bytes(run.bytesTotal)} read. You can leave this page; the import goes on.`;
    case "done":
      return `Finished${took}.`;
    case "cancelled":
      return `Stopped. What is counted below is kept; importing the file again adds the rest.`;
    case "failed":
      return "Stopped by a failure. What is counted below is kept.";
  }
}

export function ImportActions({ run }: { run: ShownImport }) {
  const active = run.status === "queued" || run.status === "running";
  return (
    <>
      <LinkButton to={`/admin/prompts?pool=${run.pool.id}`}>Prompts of the pool</LinkButton>
      {(active || run.status === "failed") && (
        <Form method="post">
          <Button
            type="submit"
            name="intent"
            value={active ? "cancel" : "retry"}
            tone={active ? "danger" : "primary"}
            disabled={active && run.cancelRequestedAt !== null}
          >
            {active ? "Stop import" : "Try again"}
          </Button>
        </Form>
      )}
    </>
  );
}
