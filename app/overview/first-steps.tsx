import { Form, Link, useNavigation } from "@remix-run/react";
import { Check } from "lucide-react";
import { Button } from "../ui/button";
import { cx } from "../ui/cx";
import { Card } from "../ui/page";
import type { FirstSteps } from "./first-steps.server";

const STEPS: { id: keyof FirstSteps; to: string; label: string; text: string }[] = [
  {
    id: "pool",
    to: "/admin/pools/new",
    label: "Make a pool",
    text: "One purpose, one language, its guidelines, how many votes each pair gets.",
  },
  { id: "pairs", to: "/admin/imports/new", label: "Import prompts", text: "With two or more responses each, from a file that you have." },
  {
    id: "people",
    to: "/admin/people",
    label: "Invite annotators",
    text: "Each gets a link. You can grade pairs yourself, too, under Annotate.",
  },
  { id: "release", to: "/admin/releases/new", label: "Cut a release", text: "The votes as rows to train on, which never change." },
  { id: "model", to: "/admin/jobs/new", label: "Train a model", text: "A reward model first. A worker with a GPU takes the job." },
];

/** From an empty instance to a trained model, until every step was taken once. */
export function FirstStepsCard({ steps }: { steps: FirstSteps }) {
  const done = STEPS.filter(({ id }) => steps[id]).length;
  const next = STEPS.find(({ id }) => !steps[id])?.id;
  if (done === STEPS.length) return null;
  return (
    <Card
      title="First steps"
      actions={
        <span className="text-[0.8125rem] text-muted tabular-nums">
          {done} of {STEPS.length} done
        </span>
      }
      className="mb-5"
      flush
    >
      <ol className="grid divide-line max-lg:divide-y lg:grid-cols-5 lg:divide-x">
        {STEPS.map(({ id, to, label, text }, index) => (
          <li key={id} className={cx("flex gap-3 px-4 py-3", id === next && "bg-accent-soft/50")}>
            <Mark done={steps[id]} number={index + 1} />
            <div className="min-w-0 text-[0.8125rem]">
              {steps[id] ? (
                <p className="text-sm font-medium text-muted">
                  {label} <span className="sr-only">(done)</span>
                </p>
              ) : (
                <Link to={to} className="text-sm font-medium text-accent-text underline-offset-2 hover:underline">
                  {label}
                </Link>
              )}
              <p className="text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ol>
      {!steps.pool && <Samples />}
    </Card>
  );
}

const Mark = ({ done, number }: { done: boolean; number: number }) => (
  <span
    aria-hidden
    className={cx(
      "grid size-5 shrink-0 place-items-center rounded-full border text-xs font-semibold",
      done ? "border-transparent bg-ok-soft text-ok" : "border-line-strong text-muted",
    )}
  >
    {done ? <Check size={13} /> : number}
  </span>
);

function Samples() {
  const busy = useNavigation().state !== "idle";
  return (
    <Form method="post" className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3 text-sm">
      <p className="text-muted">No file at hand? Five small pools with prompts, responses and past votes show how everything works.</p>
      <Button type="submit" size="small" name="intent" value="samples" disabled={busy}>
        {busy ? "Adding sample pools…" : "Add sample pools"}
      </Button>
    </Form>
  );
}
