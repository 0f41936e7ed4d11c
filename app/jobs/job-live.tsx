import { useEffect, useMemo, useRef } from "react";
import { count } from "~/ui/number";
import { Card } from "~/ui/page";
import { Progress, ProgressNote } from "~/ui/progress";
import { LeftOf, TimeLeft } from "~/ui/time-left-words";
import { Chart } from "./chart";
import { CHARTS, type Point, present, riseOf, series, trainingSteps } from "./curves";
import { RiseWarning } from "./report";
import { type Live, useLive } from "./use-live";

type Props = {
  job: { id: string; status: string; phase: string; progress: number };
  points: Point[];
  log: { text: string; last: number; cut: boolean };
  /** The report above has what there is to say of the losses. */
  reported: boolean;
};

/** Progress, charts and log, moving while the job runs. */
export function JobLive({ job, points, log, reported }: Props) {
  const live = useLive(job.id, {
    status: job.status,
    phase: job.phase,
    progress: job.progress,
    points,
    log: log.text,
    last: log.last,
    cut: log.cut,
  });
  const rise = reported ? undefined : riseOf(live.points);
  const running = live.status === "running" || live.status === "cancelling";
  return (
    <>
      {live.status === "queued" && <p className="text-sm text-muted">{live.phase || "Waits for a worker that is free."}</p>}
      {running && (
        <Card title={capitalised(live.phase || "running")}>
          <PhaseProgress live={live} />
          {live.lost && <p className="mt-2 text-sm text-warn">The platform does not answer. This page goes on by itself when it does.</p>}
        </Card>
      )}
      {rise && <RiseWarning rise={rise} />}
      <Charts points={live.points} />
      <LogTail text={live.log} cut={live.cut} />
    </>
  );
}

/** While it trains, its steps say more, and sooner, than what the worker reports with its heartbeat. */
function PhaseProgress({ live: { status, phase, progress, points } }: { live: Live }) {
  const training = phase === "train" ? trainingSteps(points) : undefined;
  const goesOn = status === "running";
  return (
    <>
      <Progress value={training ? training.done / training.total : progress} label="Progress of the phase" />
      {training ? (
        <ProgressNote left={goesOn && <LeftOf samples={training.samples} total={training.total} />}>
          Step {count(training.done)} of {count(training.total)}
        </ProgressNote>
      ) : (
        <ProgressNote left={goesOn && <TimeLeft key={phase} done={progress} total={1} />} />
      )}
    </>
  );
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Charts({ points }: { points: Point[] }) {
  const shown = CHARTS.map(({ title, names }) => ({ title, names: names.filter((name) => present(points, name)) })).filter(
    ({ names }) => names.length > 0,
  );
  if (shown.length === 0) return null;
  return (
    <section aria-label="Charts" className="grid gap-4 md:grid-cols-2">
      {shown.map(({ title, names }) => (
        <MetricChart key={title} title={title} names={names} points={points} />
      ))}
    </section>
  );
}

function MetricChart({ title, names, points }: { title: string; names: string[]; points: Point[] }) {
  const key = names.join(" ");
  const data = useMemo(() => series(points, key.split(" ")), [points, key]);
  return <Chart title={title} names={names} data={data} />;
}

/** Follows the end of the log unless the reader scrolled up. */
function LogTail({ text, cut }: { text: string; cut: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  useEffect(() => {
    if (box.current && follow.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (!text) return null;
  return (
    <Card title="Log" flush>
      {cut && <p className="border-b border-line px-4 py-1.5 text-[0.8125rem] text-muted">Earlier lines are left out here.</p>}
      {/* It scrolls, so it takes focus for keyboard users. */}
      <div
        ref={box}
        tabIndex={0}
        role="region"
        aria-label="Log"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          (follow.current = scrollHeight - scrollTop - clientHeight < 40)
        }
        className="max-h-96 overflow-auto px-4 py-3 font-mono text-xs whitespace-pre-wrap"
      >
        {text}
      </div>
    </Card>
  );
}
