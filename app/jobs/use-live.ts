import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import type { Point } from "./curves";

export type Live = { status: string; phase: string; progress: number; points: Point[]; log: string; last: number; cut: boolean };
type Update = { status: string; phase: string; progress: number; points: Point[]; text: string; last: number };

const EVERY_MS = 2000;
/** Characters of log that a page keeps that stays open for days. */
const MOST_LOG = 1_000_000;
const FINAL = new Set(["done", "failed", "cancelled"]);

/** Follows a job while the page is open: new metrics and log lines are added to what the page came with. */
export function useLive(jobId: string, initial: Live): Live & { lost: boolean } {
  const [live, setLive] = useState(initial);
  const [lost, setLost] = useState(false);
  const current = useRef(live);
  current.current = live;
  const { revalidate } = useRevalidator();
  const ended = FINAL.has(live.status);
  useEffect(() => {
    if (ended) return;
    const stop = new AbortController();
    const tick = async () => {
      const { points, last } = current.current;
      const response = await fetch(`/admin/jobs/${jobId}/live?seq=${points.at(-1)?.seq ?? 0}&log=${last}`, { signal: stop.signal });
      if (!response.ok) throw new Error(String(response.status));
      const update = (await response.json()) as Update;
      setLost(false);
      // What stands around the charts (status, attempt, worker, report) came with the page.
      if (update.status !== current.current.status) void revalidate();
      setLive((before) => merge(before, update));
    };
    const timer = setInterval(() => void tick().catch(() => !stop.signal.aborted && setLost(true)), EVERY_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [jobId, ended, revalidate]);
  return { ...live, lost };
}

/** Answers may overlap when one was slow; sequence numbers say what is new. */
function merge(before: Live, update: Update): Live {
  const newest = before.points.at(-1)?.seq ?? 0;
  const points = [...before.points, ...update.points.filter(({ seq }) => seq > newest)];
  const log = update.last > before.last ? before.log + update.text : before.log;
  const { status, phase, progress } = update;
  const cut = before.cut || log.length > MOST_LOG;
  return { ...before, status, phase, progress, points, cut, log: log.slice(-MOST_LOG), last: Math.max(before.last, update.last) };
}
