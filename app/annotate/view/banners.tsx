import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button";
import { RelativeTime } from "../../ui/time";
import { editOf, saysOf, type Worked } from "../client/answer";
import { obstacleOf, type Task } from "../client/machine";
import type { OutboxItem } from "../client/outbox";
import type { Workbench } from "../client/use-workbench";
import { LETTER } from "../grades";
import { PLACES } from "../schema";

/** What the person should know about their work, above the pair: at most a line each, with what can be done. */
export function Banners({ bench }: { bench: Workbench }) {
  const { state, task, outbox, session, dispatch } = bench;
  const signedOut = outbox.trouble?.kind === "signed-out" || obstacleOf(state)?.kind === "signed-out";
  return (
    <>
      {signedOut && task && <SignedOut waiting={outbox.waiting.length} />}
      {outbox.unkept > 0 && <Banner tone="danger">{FULL}</Banner>}
      {outbox.refused.map((item) => (
        <Refused key={item.id} item={item} onDismiss={() => session?.outbox.discard(item.id)} />
      ))}
      {bench.ending && task && <Banner tone="warn">{ENDING}</Banner>}
      {task && task.lease !== "held" && <LeaseLost kind={task.lease} />}
      {task?.theirs && <Conflict task={task} dispatch={dispatch} />}
    </>
  );
}

export const FULL = "This browser keeps nothing more (its storage is full or blocked). Keep this page open until everything is saved.";
export const SIGNED_OUT = "Your session has ended.";
export const ENDING = "Still there? This pair soon goes back to the others. Press any key or move the mouse to keep it.";
export const CHANGED_ELSEWHERE = "This pair was changed in another tab";

const TONES = { warn: "border-warn/40 bg-warn-soft text-ink", danger: "border-danger/40 bg-danger-soft text-ink" };

/** Seen; useNarration says it to those who do not see it. */
function Banner({ tone, children, actions }: { tone: keyof typeof TONES; children: ReactNode; actions?: ReactNode }) {
  return (
    <div className={`flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-2 text-sm ${TONES[tone]}`}>
      <div className="min-w-0 flex-1">{children}</div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

function SignedOut({ waiting }: { waiting: number }) {
  return (
    <Banner tone="warn">
      {SIGNED_OUT}{" "}
      <Link to="/login?to=/annotate" reloadDocument className="font-medium underline underline-offset-2">
        Sign in again
      </Link>{" "}
      to go on. {waiting > 0 ? "Your answers are kept on this computer and go out by themselves afterwards." : "What you wrote is kept."}
    </Banner>
  );
}

function Refused({ item, onDismiss }: { item: OutboxItem; onDismiss: () => void }) {
  return (
    <Banner
      tone="danger"
      actions={
        <Button size="small" onClick={onDismiss}>
          Dismiss
        </Button>
      }
    >
      The server did not take your {item.send.kind === "vote" ? "answer" : "skip"} to “{item.title}”: {item.refusal}
    </Banner>
  );
}

export const LEASE = {
  elsewhere: "This pair is open in another tab of yours now. Go on there; here, an answer would compete with it.",
  lost: "This pair was given back because nobody worked on it for a while. You can still answer it: if its place is taken by then, your answer is kept as an extra.",
};

const LeaseLost = ({ kind }: { kind: keyof typeof LEASE }) => <Banner tone="warn">{LEASE[kind]}</Banner>;

/** Two tabs worked on one pair. Nothing is overwritten until the person has said which of the two stays. */
export function Conflict({ task: { theirs, pair }, dispatch }: { task: Task; dispatch: Workbench["dispatch"] }) {
  if (!theirs) return null;
  return (
    <Banner
      tone="warn"
      actions={
        <>
          <Button size="small" onClick={() => dispatch({ type: "take-theirs" })}>
            Use that version
          </Button>
          <Button size="small" onClick={() => dispatch({ type: "keep-mine" })}>
            Keep mine
          </Button>
        </>
      }
    >
      <b className="font-semibold">{CHANGED_ELSEWHERE}</b> <RelativeTime at={theirs.updatedAt} />:{" "}
      {contents({ pair, answer: theirs.content })}. Which version should stay?
    </Banner>
  );
}

/** "A is better, edited, and an edit of B". */
function contents(task: Worked): string {
  const spare = PLACES.filter((place) => place !== task.answer.choice && editOf(task, place) !== null);
  return [saysOf(task) ?? "no grade yet", ...spare.map((place) => `an edit of ${LETTER[place]}`)].join(", and ");
}
