import { useEffect, useRef, type RefObject } from "react";
import { useAnnounce } from "../../ui/announce";
import { plural } from "../../ui/number";
import { gradeIn, saysOf } from "../client/answer";
import { obstacleOf, type State, type Task } from "../client/machine";
import type { OutboxState } from "../client/outbox";
import type { Workbench } from "../client/use-workbench";
import { gradeLabel } from "../grades";
import { CHANGED_ELSEWHERE, ENDING, FULL, LEASE, SIGNED_OUT } from "./banners";
import { titleWithoutPair } from "./empty-states";
import { troubleOf } from "./save-status";

/** Says what happens on the workbench to those who do not see it: once, and only what the focus does not say by itself. */
export function useNarration(bench: Workbench, heading: RefObject<HTMLElement | null>): void {
  const { state, task, outbox } = bench;
  useArrival(bench, heading);
  useGradeSaid(state, task);
  useTroubleSaid(outbox);
  useChange(task ? null : titleWithoutPair(state, outbox));
  useChange(task && task.lease !== "held" ? LEASE[task.lease] : null);
  useChange(bench.ending ? ENDING : null);
  useChange(task?.theirs ? CHANGED_ELSEWHERE : null);
  useChange(outbox.trouble?.kind === "signed-out" || obstacleOf(state)?.kind === "signed-out" ? SIGNED_OUT : null);
  useChange(outbox.unkept > 0 ? FULL : null);
  useChange(outbox.refused.length > 0 ? `${plural(outbox.refused.length, "answer")} not accepted by the server` : null);
}

/** Says the line when it has become another. The page begins with the first. */
export function useChange(line: string | null): void {
  const announce = useAnnounce();
  const before = useRef(line);
  useEffect(() => {
    if (line !== null && line !== before.current) announce(line);
    before.current = line;
  }, [line, announce]);
}

const LONGEST = 160;

/**
 * When another pair comes on screen: moves the focus to the heading, a new one for each pair, and says what became of the
 * last one, what came back with this one, and what it asks. The first pair of the page takes no focus.
 */
function useArrival(bench: Workbench, heading: RefObject<HTMLElement | null>): void {
  const announce = useAnnounce();
  const id = bench.task?.pair.comparisonId ?? null;
  const begun = useRef(false);
  const latest = useRef(bench);
  latest.current = bench;
  useEffect(() => {
    const { task, last } = latest.current;
    if (begun.current) {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
    if (!task) return;
    const prompt = (task.pair.messages.at(-1)?.content ?? "").slice(0, LONGEST);
    const gone = begun.current && last ? `${last.said}. ` : "";
    const back = gradeIn(task.answer) ? `Draft restored: ${saysOf(task)}. ` : "";
    begun.current = true;
    announce(
      <>
        {gone}
        {back}
        <span lang={task.pair.pool.language} dir="auto">
          {prompt}
        </span>
      </>,
    );
  }, [id, heading, announce]);
}

/** A grade that was given or taken away by key. One that was chosen among the buttons is heard from the button. */
export function useGradeSaid({ gradedHere }: Pick<State, "gradedHere">, task: Task | null): void {
  const announce = useAnnounce();
  const on = task?.pair.comparisonId;
  const grade = task && gradeIn(task.answer);
  const before = useRef({ on, grade });
  useEffect(() => {
    const { on: was, grade: had } = before.current;
    before.current = { on, grade };
    if (was !== on || had === grade) return;
    if (!grade) return announce("No grade");
    const focused = document.activeElement;
    const heard = focused instanceof HTMLInputElement && focused.type === "radio" && focused.checked;
    if (gradedHere && !heard) announce(gradeLabel(grade));
  }, [on, grade, gradedHere, announce]);
}

/** When answers begin to wait, how many wait, and when they have all gone out. */
function useTroubleSaid(outbox: OutboxState): void {
  const announce = useAnnounce();
  const trouble = troubleOf(outbox);
  const open = useRef<string | null>(null);
  const settled = trouble === null && outbox.waiting.length === 0;
  useEffect(() => {
    if (trouble && trouble !== open.current) announce(trouble);
    else if (settled && open.current) announce("All saved");
    if (trouble || settled) open.current = trouble;
  }, [trouble, settled, announce]);
}
