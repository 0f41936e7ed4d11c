import { count, plural } from "../ui/number";
import { Card } from "../ui/page";
import type { Day } from "./queries.server";

const HEIGHT = 96;
const SLOT = 24;
const dayName = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const named = ({ day }: Day) => dayName.format(new Date(`${day}T00:00:00Z`));

/** Votes per day as bars, today last. The same figures stand in a table for screen readers. */
export function VotesChart({ days }: { days: Day[] }) {
  const top = Math.max(1, ...days.map(({ votes }) => votes));
  const week = days.slice(-7).reduce((sum, { votes }) => sum + votes, 0);
  const [first, last] = [days[0], days.at(-1)];
  return (
    <Card title="Votes" className="min-w-0">
      <p className="flex flex-wrap gap-x-6 text-sm text-muted">
        <span>
          <strong className="text-2xl font-semibold text-ink tabular-nums">{count(last?.votes ?? 0)}</strong> today
        </span>
        <span>
          <strong className="text-2xl font-semibold text-ink tabular-nums">{count(week)}</strong> in seven days
        </span>
      </p>
      <svg viewBox={`0 0 ${days.length * SLOT} ${HEIGHT}`} preserveAspectRatio="none" className="mt-4 h-24 w-full" aria-hidden>
        {days.map((day, index) => {
          const height = day.votes === 0 ? 1 : Math.max(3, (day.votes / top) * HEIGHT);
          return (
            <rect
              key={day.day}
              x={index * SLOT + 3}
              y={HEIGHT - height}
              width={SLOT - 6}
              height={height}
              className={day.votes === 0 ? "fill-line" : "fill-accent"}
            >
              <title>{`${named(day)}: ${plural(day.votes, "vote")}`}</title>
            </rect>
          );
        })}
      </svg>
      <p className="mt-1.5 flex justify-between text-xs text-muted" aria-hidden>
        <span>{first && named(first)}</span>
        <span>Today</span>
      </p>
      <table className="sr-only">
        <caption>Votes per day</caption>
        <tbody>
          {days.map((day) => (
            <tr key={day.day}>
              <th scope="row">{named(day)}</th>
              <td>{day.votes}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
