import { useRevalidator } from "@remix-run/react";
import { useState } from "react";
import { Button } from "../../ui/button";
import { RelativeTime } from "../../ui/time";
import { ToastPlace, useToast } from "../../ui/toast";
import type { SkippedItem } from "../../votes/queries.server";
import { call, CallError } from "../client/api";
import { openSession } from "../client/session";
import { SKIP_LABELS, type SkipReason } from "../reasons";

/** Pairs that were skipped lately. A skip that is taken back brings its pair to the workbench, if its place is still free. */
export function SkippedList({ items, userId }: { items: SkippedItem[]; userId: string }) {
  return (
    <section className="mt-8" aria-labelledby="skipped">
      <div className="sticky top-12 z-10 flex min-h-12 flex-wrap items-center justify-between gap-x-4 bg-canvas">
        <h2 id="skipped" className="text-sm font-semibold">
          Skipped lately
        </h2>
        <ToastPlace className="max-w-full" />
      </div>
      <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
        {items.map((item) => (
          <li key={item.comparisonId} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1 truncate" lang={item.language} dir="auto">
              {item.excerpt}
            </span>
            <span className="text-xs text-muted">
              {SKIP_LABELS[item.reason as SkipReason] ?? item.reason} · <RelativeTime at={item.createdAt} />
            </span>
            <TakeBack comparisonId={item.comparisonId} userId={userId} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TakeBack({ comparisonId, userId }: { comparisonId: string; userId: string }) {
  const [busy, setBusy] = useState(false);
  const { revalidate } = useRevalidator();
  const toast = useToast();
  const run = async () => {
    setBusy(true);
    try {
      const { tab } = await openSession(userId);
      const { pair } = await call("undo", { kind: "skip", tab, comparisonId });
      toast({ title: pair ? "The pair is back on your workbench." : "Taken back. Somebody else has the pair by now." });
      revalidate();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      toast({ title: error.message, tone: "danger" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="small" disabled={busy} onClick={() => void run()}>
      Take back
    </Button>
  );
}
