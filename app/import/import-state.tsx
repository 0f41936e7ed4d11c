import { Form } from "@remix-run/react";
import { Badge, StatusBadge } from "~/ui/badge";
import { Button, LinkButton } from "~/ui/button";
import { FormError } from "~/ui/field";
import { bytes, count, plural } from "~/ui/number";
import { Card, Facts } from "~/ui/page";
import { Progress, ProgressNote } from "~/ui/progress";
import { TimeLeft } from "~/ui/time-left-words";
import { RelativeTime, duration } from "~/ui/time";
import { readingInWords, warnedInWords } from "./added";
import { shareDone } from "./import-table";
import type { ShownImport } from "./queries.server";
import { UndoWords } from "./undo-dialog";
import type { UndoCounts } from "./undo-stage.server";

/** How far an import is, and what it has added. */
export function ImportState({ run }: { run: ShownImport }) {
  return (
    <>
      <Card title="Progress" actions={run.undoneAt ? <Badge tone="warn">Undone</Badge> : <StatusBadge status={statusOf(run)} />}>
        <Progress value={shareDone(run)} label={`Import of ${run.fileName}`} />
        <ProgressNote left={run.status === "running" && !run.cancelRequestedAt && <TimeLeft done={run.bytesDone} total={run.bytesTotal} />}>
          <span role="status">{inWords(run)}</span>
        </ProgressNote>
      </Card>
      {run.status === "failed" && !run.undoneAt && <FormError>{run.error}</FormError>}
      {run.undoneAt && run.undone && <Undone run={{ ...run, undoneAt: run.undoneAt, undone: run.undone }} />}
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
      {run.warned > 0 && (
        <Card title={warnedInWords(run.warned)}>
          <ul className="flex flex-col gap-1 text-sm">
            {run.warnings.map(({ line, warning }) => (
              <li key={line}>
                {run.format === "parquet" ? "Row" : "Line"} {line}: {warning}
              </li>
            ))}
          </ul>
        </Card>
      )}
      <p className="text-[0.8125rem] text-muted">
        {run.shapes.length > 0 && `${readingInWords(run.shapes)} `}
        {run.format.toUpperCase()}, {bytes(run.bytesTotal)}. {pairsInWords(run.options.pairs)} Round {run.options.round}.
        {run.options.unknownFields === "metadata" && " Unknown fields became metadata."}
      </p>
    </>
  );
}

function pairsInWords(pairs: ShownImport["options"]["pairs"]): string {
  if (pairs.rule === "row") return "The responses of each row make every pair.";
  if (pairs.rule === "all") return "All responses to a prompt make every pair.";
  return `Of all responses to a prompt, ${plural(pairs.count, "pair")} drawn with seed ${pairs.seed}.`;
}

const statusOf = (run: ShownImport) => (run.cancelRequestedAt && run.status === "running" ? "cancelling" : run.status);

type UndoneImport = { id: string; undoneAt: Date; undone: UndoCounts };

function Undone({ run }: { run: UndoneImport }) {
  return (
    <Card
      title={
        <>
          Undone <RelativeTime at={run.undoneAt} />
        </>
      }
      actions={
        <LinkButton size="small" to={`/admin/imports/${run.id}/undone`} reloadDocument download>
          Download what was removed
        </LinkButton>
      }
    >
      <UndoWords {...run.undone} tense="did" />
      <p className="mt-3 text-sm text-muted">What was there before is as it was. The same file can be imported again.</p>
    </Card>
  );
}

function inWords(run: ShownImport): string {
  if (run.undoneAt) return "What it had added was taken back.";
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
  const added = run.promptsAdded + run.responsesAdded + run.comparisonsAdded + run.votesAdded > 0;
  return (
    <>
      <LinkButton to={`/admin/prompts?pool=${run.pool.id}`}>Prompts of the pool</LinkButton>
      {!active && added && !run.undoneAt && (
        <LinkButton to="?undo=1" preventScrollReset>
          Undo import
        </LinkButton>
      )}
      {(active || (run.status === "failed" && !run.undoneAt)) && (
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
