import type { ReactNode } from "react";
import type { EvaluationReport } from "./report-schema";

const WIDTH = 480;
const HEIGHT = 200;
const LEFT = 40;
const BOTTOM = 26;
const x = (value: number, low: number, high: number) => LEFT + ((value - low) / (high - low || 1)) * (WIDTH - LEFT - 10);
const y = (value: number, high: number) => HEIGHT - BOTTOM - (value / (high || 1)) * (HEIGHT - BOTTOM - 10);

function Frame({ label, low, high, top, children }: { label: string; low: string; high: string; top: string; children: ReactNode }) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="w-full fill-muted text-[11px]">
      <line x1={LEFT} x2={WIDTH - 10} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} className="stroke-line" />
      <line x1={LEFT} x2={LEFT} y1={10} y2={HEIGHT - BOTTOM} className="stroke-line" />
      <text x={LEFT} y={HEIGHT - 8}>
        {low}
      </text>
      <text x={WIDTH - 10} y={HEIGHT - 8} textAnchor="end">
        {high}
      </text>
      <text x={LEFT - 6} y={18} textAnchor="end">
        {top}
      </text>
      {children}
    </svg>
  );
}

/** How often the model was right against how sure it was; on the line, it is as sure as it should be. */
export function Reliability({ curve }: { curve: EvaluationReport["calibration"]["curve"] }) {
  const used = curve.filter((bin) => bin.count > 0 && bin.confidence !== null && bin.accuracy !== null);
  const most = Math.max(1, ...used.map(({ count }) => count));
  const words = used.map((bin) => `said ${bin.confidence?.toFixed(2)}, was right ${bin.accuracy?.toFixed(2)} in ${bin.count}`).join("; ");
  return (
    <Frame label={`Reliability: ${words || "no pairs"}`} low="said 0.5" high="said 1.0" top="1.0">
      <line x1={x(0.5, 0.5, 1)} y1={y(0.5, 1)} x2={x(1, 0.5, 1)} y2={y(1, 1)} className="stroke-line-strong" strokeDasharray="4 4" />
      {used.map((bin) => (
        <circle
          key={bin.from}
          cx={x(bin.confidence ?? 0, 0.5, 1)}
          cy={y(bin.accuracy ?? 0, 1)}
          r={3 + 8 * Math.sqrt(bin.count / most)}
          className="fill-accent/70"
        />
      ))}
    </Frame>
  );
}

/** Bars left of zero are pairs in which the model disagrees with the votes. */
export function Histogram({ bins }: { bins: EvaluationReport["gap_histogram"] }) {
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return <p className="text-sm text-muted">No pairs.</p>;
  const most = Math.max(...bins.map(({ count }) => count));
  const wrong = bins.filter(({ to }) => to <= 1e-9).reduce((sum, { count }) => sum + count, 0);
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  return (
    <Frame
      label={`Score gaps from ${first.from.toFixed(2)} to ${last.to.toFixed(2)}; ${wrong} of ${all} below zero`}
      low={first.from.toFixed(2)}
      high={last.to.toFixed(2)}
      top={String(most)}
    >
      {bins.map((bin) => {
        const left = x(bin.from, first.from, last.to);
        const width = Math.max(1, x(bin.to, first.from, last.to) - left - 1);
        const top = y(bin.count, most);
        return (
          <rect
            key={bin.from}
            x={left}
            y={top}
            width={width}
            height={HEIGHT - BOTTOM - top}
            className={bin.to <= 1e-9 ? "fill-side-b" : "fill-accent"}
          />
        );
      })}
    </Frame>
  );
}
