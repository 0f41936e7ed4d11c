import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { compact, count, plural } from "~/ui/number";

type Props = { title: string; names: string[]; data: [number[], ...(number | null)[][]] };

/** Told apart by shape as well as by colour: a dashed line is an evaluation. */
const COLOURS = ["--accent", "--side-b", "--ok", "--side-a", "--danger", "--warn"];

/** Whole steps: 1, 2, 5, 10, 20, 50 … */
const STEPS = Array.from({ length: 21 }, (_, index) => [1, 2, 5][index % 3]! * 10 ** Math.floor(index / 3));

function options(title: string, names: string[], host: HTMLElement): uPlot.Options {
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line") },
    font: "12px sans-serif",
  };
  // Evaluations are few, and a line through one point is not to be seen.
  const few = (name: string) => name.startsWith("eval_") || title.startsWith("eval ");
  return {
    title,
    width: host.clientWidth,
    height: 220,
    scales: { x: { time: false } },
    axes: [
      { ...axis, incrs: STEPS },
      { ...axis, size: 64, values: (_, splits) => splits.map(figure) },
    ],
    series: [
      { label: "step", value: shown },
      ...names.map((name, index) => ({
        label: name.replaceAll("_", " "),
        value: shown,
        stroke: colour(COLOURS[index % COLOURS.length] ?? "--accent"),
        width: 1.5,
        spanGaps: true,
        dash: name.startsWith("eval_") ? [6, 4] : undefined,
        points: { show: few(name) || undefined, size: 5 },
      })),
    ],
  };
}

/** The value under the pointer, or the latest one while there is no pointer. */
function shown({ data }: uPlot, value: number | null, series: number, index: number | null): string {
  const shownValue =
    index === null ? Array.from<number | null | undefined>(data[series] ?? []).findLast((at) => typeof at === "number") : value;
  return typeof shownValue === "number" ? figure(shownValue) : "–";
}

const figure = (value: number): string => (Math.abs(value) >= 1000 ? count(Math.round(value)) : compact(Number(value.toPrecision(3))));

/** A line chart over steps. It moves with its data, its width and the colour scheme; its numbers stand in a table beside it. */
export function Chart({ title, names, data }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(data);
  latest.current = data;
  const key = names.join(" ");
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let gone = false;
    const draw = async () => {
      const { default: UPlot } = await import("uplot");
      if (gone) return;
      plot.current?.destroy();
      plot.current = new UPlot(options(title, key.split(" "), element), latest.current, element);
    };
    void draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: 220 }));
    resized.observe(element);
    const recoloured = new MutationObserver(() => void draw());
    recoloured.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      gone = true;
      resized.disconnect();
      recoloured.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [title, key]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <figure className="min-w-0 rounded-lg border border-line bg-surface p-3">
      <div ref={host} aria-hidden />
      <figcaption className="sr-only">{summary(title, names, data)}</figcaption>
    </figure>
  );
}

/** What a chart shows, in words: first and last value of each line. */
function summary(title: string, names: string[], [steps, ...columns]: Props["data"]): string {
  const parts = names.map((name, index) => {
    const values = (columns[index] ?? []).filter((value) => value !== null);
    const [first, last] = [values[0], values.at(-1)];
    return `${name.replaceAll("_", " ")} from ${first?.toPrecision(3) ?? "nothing"} to ${last?.toPrecision(3) ?? "nothing"}`;
  });
  return `${title} over ${plural(steps.length, "step")}: ${parts.join("; ")}.`;
}
