import { useCallback, useEffect, useState } from "react";
import type { Guidelines } from "../preferences";
import type { PairPool } from "../schema";
import { savePreferences } from "./preferences-api";

export type GuidelinesState = {
  /** Null when the pool has none. */
  version: number | null;
  /** changed: a newer version than the one last read. new: never read. */
  news: "changed" | "new" | null;
  content: Guidelines | null;
  failed: boolean;
  reload: () => void;
};

/** The guidelines of the pool on screen, fetched when they are first opened, and noted as read then. */
export function useGuidelines(pool: PairPool | null, open: boolean, initiallySeen: Record<string, number>): GuidelinesState {
  const [seen, setSeen] = useState(initiallySeen);
  const [cache, setCache] = useState<Record<string, Guidelines>>({});
  const [failed, setFailed] = useState(false);
  const poolId = pool?.id ?? null;
  const version = pool?.guidelineVersion ?? null;
  const key = `${poolId}:${version}`;
  const content = cache[key] ?? null;

  const load = useCallback(async () => {
    if (poolId === null || version === null) return;
    setFailed(false);
    const loaded = await fetchGuidelines(poolId, version);
    if (loaded) setCache((all) => ({ ...all, [key]: loaded }));
    else setFailed(true);
  }, [poolId, version, key]);

  useEffect(() => {
    if (open && !content) void load();
  }, [open, content, load]);

  useEffect(() => {
    if (!open || !content || poolId === null || seen[poolId] === content.version) return;
    const timer = setTimeout(() => setSeen((all) => ({ ...all, [poolId]: content.version })), READ_MS);
    void savePreferences({ guidelinesSeen: { poolId, version: content.version } });
    return () => clearTimeout(timer);
  }, [open, content, poolId, seen]);

  const last = poolId === null ? undefined : seen[poolId];
  const news = version === null || last === version ? null : last === undefined ? "new" : "changed";
  return { version, news, content, failed, reload: useCallback(() => void load(), [load]) };
}

/** How long the note "changed since you last read them" stays once they are open. */
const READ_MS = 20_000;

async function fetchGuidelines(poolId: string, version: number): Promise<Guidelines | null> {
  try {
    const response = await fetch(`/annotate/guidelines?${new URLSearchParams({ poolId, version: String(version) })}`, {
      headers: { Accept: "application/json" },
    });
    return response.ok ? ((await response.json()) as Guidelines) : null;
  } catch {
    return null;
  }
}
