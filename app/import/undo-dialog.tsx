import { Form, useNavigate, useNavigation } from "@remix-run/react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { plural } from "~/ui/number";
import type { UndoCounts } from "./undo-stage.server";
import type { UndoPreview } from "./undo.server";

/** Says what undoing would take away before it is done, or why it cannot be. It is open while the address asks for it. */
export function UndoDialog({ preview }: { preview: UndoPreview | null }) {
  const navigate = useNavigate();
  const busy = useNavigation().state !== "idle";
  const close = () => navigate(".", { replace: true, preventScrollReset: true });
  return (
    <Dialog open={preview !== null} onOpenChange={(open) => !open && close()} title="Undo this import?" description={preview?.refusal}>
      {preview && !preview.refusal && (
        <>
          <UndoWords {...preview} tense="will" />
          <p className="mt-3 text-sm text-muted">
            What was there before stays. The rows are kept as a file with this import, and the same file can be imported again.
          </p>
          <Form method="post" action="." replace preventScrollReset className="mt-4 flex justify-end gap-2">
            <Button onClick={close}>Keep it</Button>
            <Button type="submit" name="intent" value="undo" tone="danger" disabled={busy}>
              {busy ? "Undoing …" : "Undo import"}
            </Button>
          </Form>
        </>
      )}
    </Dialog>
  );
}

/** What goes and what stays, in words. */
export function UndoWords({ removed, kept, dropped, tense }: UndoCounts & { tense: "will" | "did" }) {
  const things = words([
    [removed.prompts, "prompt"],
    [removed.responses, "response"],
    [removed.comparisons, "comparison"],
    [removed.votes, "imported vote"],
  ]);
  const used = words([
    [kept.prompts, "prompt"],
    [kept.responses, "response"],
    [kept.comparisons, "comparison"],
  ]);
  const work = words([
    [dropped.leases, "pair that somebody is grading", "pairs that people are grading"],
    [dropped.drafts, "draft"],
    [dropped.skips, "skip"],
    [dropped.flags, "flag"],
  ]);
  const goes = tense === "will" ? "will be removed" : "were removed";
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-sm">
      <li>{things ? `${things} ${goes}.` : "Nothing that it added is left to remove."}</li>
      {used && <li>{`${used} ${tense === "will" ? "stay" : "stayed"}, because another import uses them.`}</li>}
      {work && <li>{`${work} on these ${tense === "will" ? "go" : "went"} with them.`}</li>}
    </ul>
  );
}

const words = (counts: [number, string, string?][]): string =>
  counts.flatMap(([count, one, many]) => (count > 0 ? plural(count, one, many) : [])).join(", ");
