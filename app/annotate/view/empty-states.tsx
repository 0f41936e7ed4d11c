import { LinkButton, Button } from "../../ui/button";
import { EmptyState } from "../../ui/page";
import { plural } from "../../ui/number";
import { obstacleOf, stageOf, type State } from "../client/machine";
import type { Workbench } from "../client/use-workbench";

const TITLES = {
  loading: "Loading the next pair…",
  waiting: "Others have the last pairs",
  finished: "All done",
  "no-pools": "No pool is open to you yet",
};
const BLOCKED = { offline: "No connection", "signed-out": "Your session has ended", failed: "The server has a problem" };

/** What the page says while there is no pair. */
export function titleWithoutPair(state: State): string {
  const stage = stageOf(state);
  const obstacle = obstacleOf(state);
  return obstacle ? BLOCKED[obstacle.kind] : TITLES[stage as keyof typeof TITLES];
}

/** What stands in place of a pair when there is none, and what happens next. */
export function NoPair({ bench }: { bench: Workbench }) {
  const { state, retry } = bench;
  const title = titleWithoutPair(state);
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
            You have answered or skipped every pair that is open to you{today > 0 ? `; ${plural(today, "pair")} today` : ""}. New pairs come
            when an admin adds prompts.
          </p>
        </EmptyState>
      );
    case "no-pools":
      return (
        <EmptyState title={title} action={<Button onClick={retry}>Look again</Button>}>
          <p>An admin decides which prompt pools you work on. Ask one to add you to a pool, then look again.</p>
        </EmptyState>
      );
    case "blocked":
      return <Blocked bench={bench} />;
    default:
      return <Loading />;
  }
}

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
