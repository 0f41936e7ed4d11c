import { count, percent } from "../ui/number";

/** Shares of a whole as bars, with their figures, so that nothing is said by length or colour alone. */
export function Bars({ label, bars, total }: { label: string; bars: { label: string; value: number }[]; total: number }) {
  return (
    <dl aria-label={label} className="grid grid-cols-[minmax(5.5rem,auto)_1fr_auto] items-center gap-x-3 gap-y-1.5 text-[0.8125rem]">
      {bars.map((bar) => (
        <div key={bar.label} className="contents">
          <dt className="truncate text-muted" title={bar.label}>
            {bar.label}
          </dt>
          <dd className="contents">
            <svg className="h-2 w-full overflow-hidden rounded-full bg-raised" preserveAspectRatio="none" viewBox="0 0 100 1" aria-hidden>
              <rect width={total === 0 ? 0 : (bar.value / total) * 100} height="1" className="fill-accent" />
            </svg>
            <span className="text-right tabular-nums">
              {count(bar.value)} <span className="inline-block w-12 text-muted">{percent(bar.value, total)}</span>
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
