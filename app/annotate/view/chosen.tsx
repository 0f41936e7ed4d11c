import { saysOf } from "../client/answer";
import type { Objection, Task } from "../client/machine";

type Props = {
  task: Task;
  /** Why the last confirmation was refused. */
  objection: Objection | null;
  /** The answer was not given in this sight of the pair: it is a draft that came back. */
  restored: boolean;
  /** Where there is little room, a question gives way to what else is said here. */
  dim?: boolean;
};

/** What goes out when the answer is confirmed, in words; or what is in the way. */
export function Chosen({ task, objection, restored, dim = false }: Props) {
  const said = saysOf(task);
  if (objection)
    return (
      <p role="alert" className="rounded-md bg-warn-soft px-2.5 py-1 font-medium text-warn">
        {objection.message}
      </p>
    );
  if (!said)
    return (
      <p className={dim ? "text-muted max-sm:hidden" : "text-muted"} data-testid="chosen">
        Which response is better?
      </p>
    );
  return (
    <p className="font-medium" data-testid="chosen">
      {restored && <span className="mr-1.5 rounded bg-warn-soft px-1.5 py-0.5 text-warn">Draft restored:</span>}
      {said}
    </p>
  );
}
