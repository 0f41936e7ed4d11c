import { Link } from "@remix-run/react";
import { LinkButton, Button } from "../../ui/button";
import { EmptyState } from "../../ui/page";
import { plural } from "../../ui/number";
import { obstacleOf, stageOf, type State } from "../client/machine";
import type { OutboxState } from "../client/outbox";
import type { Workbench } from "../client/use-workbench";

const TITLES = {
  loading: "Loading the next pair…",
  waiting: "Others have the last pairs",
  finished: "All done",
  "no-pools": "No pool is open to you yet",
};
const BLOCKED = { offline: "No connection", "signed-out": "Your session has ended", failed: "The server has a problem" };

/** What the page says while there is no pair. */
export function titleWithoutPair(state: State, { trouble }: OutboxState): string {
  const stage = stageOf(state);
  const obstacle = obstacleOf(state);
  if (stage === "loading" && trouble) return BLOCKED[trouble.kind];
  return obstacle ? BLOCKED[obstacle.kind] : TITLES[stage as keyof typeof TITLES];
}

/** What stands in place of a pair when there is none, and what happens next. */
export function NoPair({ bench, isAdmin }: { bench: Workbench; isAdmin: boolean }) {
  const { state, retry, outbox } = bench;
  const title = titleWithoutPair(state, outbox);
  const today = state.progress?.today ?? 0;
  switch (stageOf(state)) {
    case "waiting":
      return (
        <EmptyState title={title} action={<Button onClick={retry}>Look again now</Button>}>
          <p>What is left is being answered by other people. If one of them gives a pair back, it appears here by itself.</p>
        </EmptyState>
      );
    case "finished":
      return (
        <EmptyState
          title={title}
          action={
            <div className="flex gap-2">
              <Button onClick={retry}>Look for new pairs</Button>
              <LinkButton to="/annotate/history">Look back at your answers</LinkButton>
            </div>
          }
        >
          <p>
            You have answered or skipped every pair that is open to you{today > 0 ? `; ${plural(today, "pair")} today` : ""}.{" "}
            {isAdmin ? <AdminLink to="/admin/imports/new">Import more prompts</AdminLink> : "New pairs come when an admin adds prompts."}
          </p>
        </EmptyState>
      );
    case "no-pools":
      return (
        <EmptyState title={title} action={<Button onClick={retry}>Look again</Button>}>
          {isAdmin ? (
            <p>
              No pool in service takes your votes.{" "}
              <AdminLink to="/admin/pools">Open a pool to everybody or make yourself a member</AdminLink>, or{" "}
              <AdminLink to="/admin/pools/new">make a new one</AdminLink>.
            </p>
          ) : (
            <p>An admin decides which prompt pools you work on. Ask one to add you to a pool, then look again.</p>
          )}
        </EmptyState>
      );
    case "blocked":
      return <Blocked bench={bench} />;
    default:
      return outbox.trouble ? <Dry title={title} outbox={outbox} /> : <Loading />;
  }
}

/** All pairs that were fetched ahead are answered, and the answers cannot go out. */
const Dry = ({ title, outbox }: { title: string; outbox: OutboxState }) => (
  <EmptyState title={title}>
    <p>
      {plural(outbox.waiting.length, "answer")} {outbox.waiting.length === 1 ? "is" : "are"} kept on this computer.{" "}
      {outbox.trouble?.kind === "signed-out" ? (
        <Link to="/login?to=/annotate" reloadDocument className="font-medium text-accent-text underline underline-offset-2">
          Sign in again
        </Link>
      ) : (
        "The page tries again by itself;"
      )}{" "}
      once they have gone out, the next pair comes.
    </p>
  </EmptyState>
);

const AdminLink = ({ to, children }: { to: string; children: string }) => (
  <Link to={to} className="font-medium text-accent-text underline underline-offset-2">
    {children}
  </Link>
);

function Blocked({ bench: { state, retry, outbox } }: { bench: Workbench }) {
  const { kind, message } = obstacleOf(state)!;
  const kept = outbox.waiting.length > 0 ? ` ${plural(outbox.waiting.length, "answer")} waiting on this computer will go out then.` : "";
  if (kind === "signed-out")
    return (
      <EmptyState
        title={BLOCKED[kind]}
        action={
          <LinkButton to="/login?to=/annotate" reloadDocument tone="primary">
            Sign in again
          </LinkButton>
        }
      >
        <p>Sign in to go on where you were.{kept} Nothing is lost.</p>
      </EmptyState>
    );
  return (
    <EmptyState title={BLOCKED[kind]} action={<Button onClick={retry}>Try now</Button>}>
      <p>
        {message} The page tries again by itself.{kept} Nothing is lost.
      </p>
    </EmptyState>
  );
}

function Loading() {
  return (
    <div className="wb-pair" aria-busy="true">
      <p className="sr-only">{TITLES.loading}</p>
      <div className="h-24 rounded-[10px] bg-raised motion-safe:animate-pulse" />
      <div className="grid flex-1 gap-3 md:grid-cols-2">
        <div className="min-h-48 rounded-[10px] bg-raised motion-safe:animate-pulse" />
        <div className="min-h-48 rounded-[10px] bg-raised motion-safe:animate-pulse" />
      </div>
    </div>
  );
}
