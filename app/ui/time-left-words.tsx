import { useEffect, useState } from "react";
import { leftInWords, RECENT, type Sample, timeLeft } from "./time-left";

type Props = { done: number; total: number };

/**
 * About how long something takes that this page follows, from what the page has seen of it; nothing before that says
 * enough. Give it a `key` of what is followed.
 */
export function TimeLeft({ done, total }: Props) {
  const [seen, setSeen] = useState<Sample[]>([]);
  useEffect(() => setSeen((before) => [...before.slice(1 - RECENT), { at: Date.now(), done }]), [done]);
  return <LeftOf samples={seen} total={total} />;
}

export function LeftOf({ samples, total }: { samples: Sample[]; total: number }) {
  const left = timeLeft(samples, total);
  return left === undefined ? null : <>{leftInWords(left)}</>;
}
