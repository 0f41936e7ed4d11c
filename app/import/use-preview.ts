import { useEffect, useState } from "react";
import type { Preview } from "./preview.server";

/** Of texts the beginning is enough; a Parquet file says at its end what it holds, so small ones are sent whole. */
const TEXT_BYTES = 256 * 1024;
const PARQUET_BYTES = 16 * 1024 * 1024;

export type PreviewState = { busy: true } | { preview: Preview } | { error: string } | { note: string } | undefined;

/** Has the server read the first rows of a chosen file, anew whenever an option changes. */
export function usePreview(file: File | undefined, query: string): PreviewState {
  const [state, setState] = useState<PreviewState>();
  useEffect(() => {
    if (!file) return setState(undefined);
    const stop = new AbortController();
    setState({ busy: true });
    read(file, query, stop.signal)
      .then(setState)
      .catch(() => {
        if (!stop.signal.aborted) setState({ error: "The preview could not be loaded. The import itself may still work." });
      });
    return () => stop.abort();
  }, [file, query]);
  return state;
}

async function read(file: File, query: string, signal: AbortSignal): Promise<PreviewState> {
  const parquet = /\.parquet$/i.test(file.name);
  if (parquet && file.size > PARQUET_BYTES)
    return { note: "A Parquet file of this size is not previewed. Its rows are checked as they are imported." };
  const body = parquet ? file : await wholeLines(file);
  const response = await fetch(`/admin/imports/preview?${query}`, {
    method: "POST",
    body,
    signal,
    headers: { Accept: "application/json" },
  });
  const answer = (await response.json()) as { preview: Preview } | { error: string };
  return answer;
}

/** The beginning of a file up to a line break, so that no record is cut in two by us. */
async function wholeLines(file: File): Promise<Blob> {
  if (file.size <= TEXT_BYTES) return file;
  const head = file.slice(0, TEXT_BYTES);
  const bytes = new Uint8Array(await head.arrayBuffer());
  const end = bytes.lastIndexOf(0x0a);
  return end === -1 ? head : head.slice(0, end + 1);
}
