import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button";
import { RelativeTime } from "../../ui/time";
import type { OutboxItem } from "../client/outbox";
import type { Workbench } from "../client/use-workbench";
import { gradeLabel, gradeOf } from "../grades";
import type { Draft } from "../schema";

/** What the person should know about their work, above the pair: at most a line each, with what can be done. */
export function Banners({ bench }: { bench: Workbench }) {
  const { state, task, outbox, session, dispatch } = bench;
  const signedOut = outbox.trouble?.kind === "signed-out" || state.obstacle?.kind === "signed-out";
  return (
    <>
      {signedOut && task && <SignedOut waiting={outbox.waiting} />}
      {outbox.unkept > 0 && (
        <Banner tone="danger">
          This browser keeps nothing more (its storage is full or blocked). Keep this page open until everything is saved.
        </Banner>
      )}
      {outbox.refused.map((item) => (
        <Refused key={item.id} item={item} onDismiss={() => session?.sender.discard(item.id)} />
      ))}
      {state.leaseWarning && <LeaseLost kind={state.leaseWarning} />}
      {task?.theirs && (
        <Conflict theirs={task.theirs} onTake={() => dispatch({ type: "take-theirs" })} onKeep={() => dispatch({ type: "keep-mine" })} />
      )}
    </>
  );
}

const TONES = { warn: "border-warn/40 bg-warn-soft text-ink", danger: "border-danger/40 bg-danger-soft text-ink" };

function Banner({ tone, children, actions }: { tone: keyof typeof TONES; children: ReactNode; actions?: ReactNode }) {
  return (
    <div role="status" className={`flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-2 text-sm ${TONES[tone]}`}>
      <div className="min-w-0 flex-1">{children}</div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

function SignedOut({ waiting }: { waiting: number }) {
  return (
    <Banner tone="warn">
      Your session has ended.{" "}
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

const LEASE = {
  elsewhere: "This pair is open in another tab of yours now. Go on there; here, an answer would compete with it.",
  lost: "This pair was given back because nobody worked on it for a while. You can still answer it: if its place is taken by then, your answer is kept as an extra.",
};

const LeaseLost = ({ kind }: { kind: keyof typeof LEASE }) => <Banner tone="warn">{LEASE[kind]}</Banner>;

/** Two tabs worked on one pair. Nothing is overwritten until the person has said which of the two stays. */
export function Conflict({ theirs, onTake, onKeep }: { theirs: Draft; onTake: () => void; onKeep: () => void }) {
  const { choice, strength, editText } = theirs.content;
  const grade = gradeOf(choice, strength);
  const says = [grade ? gradeLabel(grade) : "no grade yet", editText !== null && `an edit of ${editText.length} characters`].filter(
    Boolean,
  );
  return (
    <Banner
      tone="warn"
      actions={
        <>
          <Button size="small" onClick={onTake}>
            Use that version
          </Button>
          <Button size="small" onClick={onKeep}>
            Keep mine
          </Button>
        </>
      }
    >
      <b className="font-semibold">This pair was changed in another tab</b> <RelativeTime at={theirs.updatedAt} />: {says.join(", ")}. Which
      version should stay?
    </Banner>
  );
}
