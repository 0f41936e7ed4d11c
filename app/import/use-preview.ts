import { useEffect, useState } from "react";
import type { Preview } from "./preview.server";
import { refused } from "./use-upload";

/** A text up to this size is read as a whole at once; of a larger one the beginning comes first. */
const HEAD_BYTES = 256 * 1024;
/** A larger file is sent for its preview only when somebody asks for it. */
const WHOLE_BYTES = 64 * 1024 * 1024;
/** Formats that can be cut at a line break. Of others only the whole can be read. */
const LINES = /\.(jsonl|ndjson|csv|tsv)$/i;

export type PreviewState = { busy: true } | { preview: Preview; counting?: true; countable?: true } | { error: string } | { large: true };

/**
 * Has the server read a chosen file, anew whenever an option changes: the first rows at once, then the whole of it, to count
 * what will come of it. `countAll` has it read a file of any size.
 */
export function usePreview(file: File | undefined, query: string): { state: PreviewState | undefined; countAll: () => void } {
  const [state, setState] = useState<PreviewState>();
  const [asked, setAsked] = useState<File>();
  const whole = file !== undefined && (file === asked || file.size <= WHOLE_BYTES);
  useEffect(() => {
    if (!file) return setState(undefined);
    const stop = new AbortController();
    setState({ busy: true });
    read(file, query, { whole, signal: stop.signal, show: setState }).catch(() => {
      if (!stop.signal.aborted) setState({ error: "The preview could not be loaded. The import itself may still work." });
    });
    return () => stop.abort();
  }, [file, query, whole]);
  return { state, countAll: () => setAsked(file) };
}

type Reading = { whole: boolean; signal: AbortSignal; show: (state: PreviewState) => void };

async function read(file: File, query: string, { whole, signal, show }: Reading): Promise<void> {
  const isLines = LINES.test(file.name);
  if (isLines && file.size > HEAD_BYTES) {
    const head = await ask(await wholeLines(file), `${query}&part=1`, signal);
    if ("error" in head) return show(head);
    show({ ...head, ...(whole ? { counting: true } : { countable: true }) });
  } else if (!whole) {
    return show({ large: true });
  }
  if (whole) show(await ask(file, query, signal));
}

async function ask(body: Blob, query: string, signal: AbortSignal): Promise<{ preview: Preview } | { error: string }> {
  const headers = { Accept: "application/json" };
  const response = await fetch(`/admin/imports/preview?${query}`, { method: "POST", body, signal, headers });
  if (response.status === 413 && !response.headers.get("Content-Type")?.includes("json")) return { error: refused(413) };
  return (await response.json()) as { preview: Preview } | { error: string };
}

/** The beginning of a file up to a line break, so that no record is cut in two by us. */
async function wholeLines(file: File): Promise<Blob> {
  const head = file.slice(0, HEAD_BYTES);
  const bytes = new Uint8Array(await head.arrayBuffer());
  const end = bytes.lastIndexOf(0x0a);
  return end === -1 ? head : head.slice(0, end + 1);
}
