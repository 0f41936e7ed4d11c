import { useFetcher } from "@remix-run/react";
import type { RowSelectionState } from "@tanstack/react-table";
import { useCallback, useEffect, useRef, useState } from "react";
import type { FormFailure } from "../http/input.server";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { plural } from "../ui/number";
import { ToastPlace, useToast } from "../ui/toast";

/** What the action of a list with bulk actions answers. `ids` are the rows that were asked for. */
export type BulkDone = { intent: "archive" | "restore"; changed: number; ids: string[] };

const WORDS = { archive: { opposite: "restore", done: "archived" }, restore: { opposite: "archive", done: "restored" } } as const;

/** Ticked rows of the current page, and how to archive or restore them; what was done can be undone from the message. */
export function useBulk(noun: string) {
  const [ticked, setTicked] = useState<RowSelectionState>({});
  const fetcher = useFetcher<BulkDone | FormFailure>();
  const toast = useToast();
  const seen = useRef<unknown>(undefined);
  const ids = Object.keys(ticked).filter((id) => ticked[id]);
  const { submit } = fetcher;
  const run = useCallback(
    (intent: BulkDone["intent"], rows: string[]) => {
      const form = new FormData();
      form.set("intent", intent);
      for (const id of rows) form.append("ids[]", id);
      submit(form, { method: "post" });
    },
    [submit],
  );

  useEffect(() => {
    const answer = fetcher.data;
    if (fetcher.state !== "idle" || !answer || seen.current === answer) return;
    seen.current = answer;
    if ("error" in answer) return toast({ title: answer.error, tone: "danger" });
    const { opposite, done } = WORDS[answer.intent];
    setTicked({});
    toast({
      title: `${plural(answer.changed, noun)} ${done}.`,
      action: { label: "Undo", run: () => run(opposite, answer.ids) },
      ms: 10_000,
    });
  }, [fetcher.state, fetcher.data, toast, noun, run]);

  return { ids, ticked, setTicked, run, busy: fetcher.state !== "idle" };
}

type Bulk = ReturnType<typeof useBulk>;

/** Stands above the table while rows are ticked; what was done with them is said in its place. */
export function BulkBar({ bulk, noun, consequence }: { bulk: Bulk; noun: string; consequence: string }) {
  const [asking, setAsking] = useState(false);
  const { ids, run, busy, setTicked } = bulk;
  if (ids.length === 0) return <ToastPlace className="sticky top-14 z-20 mb-3 empty:mb-0" />;
  return (
    <div className="sticky top-14 z-20 mb-3 flex flex-wrap items-center gap-3 rounded-lg border border-line bg-raised px-3 py-2 text-sm shadow-sm">
      <span role="status" className="font-medium">
        {plural(ids.length, noun)} selected
      </span>
      <Button size="small" disabled={busy} onClick={() => setAsking(true)}>
        Archive
      </Button>
      <Button size="small" disabled={busy} onClick={() => run("restore", ids)}>
        Restore
      </Button>
      <Button size="small" tone="quiet" onClick={() => setTicked({})}>
        Clear selection
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Archive ${plural(ids.length, noun)}?`}
        description={consequence}
        confirm="Archive"
        onConfirm={() => run("archive", ids)}
      />
    </div>
  );
}
