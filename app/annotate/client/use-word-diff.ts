import { useMemo } from "react";
import { useInBrowser } from "../../ui/in-browser";
import { type Diff, wordDiff } from "./word-diff";

/** The difference between two texts. The server shows the second one as it is: comparing may take a tenth of a second. */
export function useWordDiff(from: string, to: string): Diff {
  const here = useInBrowser();
  return useMemo(() => (here ? wordDiff(from, to) : { by: "words", changes: [{ kind: "same", text: to }] }), [here, from, to]);
}
