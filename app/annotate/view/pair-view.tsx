import { memo, useMemo, useRef, type ReactNode } from "react";
import type { View } from "../client/use-view";
import { useScrolling } from "../client/use-scrolling";
import { wordDiff } from "../client/word-diff";
import { ariaKey } from "./key-cap";
import { PromptPanel } from "./prompt-panel";
import { ResponsePanel } from "./response-panel";
import type { Pair, Place } from "../schema";

type Props = {
  pair: Pair;
  /** False for a pair that is rendered ahead, out of sight. */
  active: boolean;
  view: Pick<View, "raw" | "diff" | "sync" | "promptFolded">;
  choice: Place | null;
  editor: ReactNode;
  promptKey: string;
  onFoldPrompt: () => void;
};

/** The prompt on top, the two responses below it, side by side where there is room. */
export const PairView = memo(function PairView({ pair, active, view, choice, editor, promptKey, onFoldPrompt }: Props) {
  const left = useRef<HTMLDivElement>(null);
  const right = useRef<HTMLDivElement>(null);
  const diffWanted = view.diff && active;
  const diff = useMemo(
    () => (diffWanted ? wordDiff(pair.left.text, pair.right.text) : null),
    [diffWanted, pair.left.text, pair.right.text],
  );
  useScrolling(left, right, active, view.sync);
  const panel = (place: Place) => ({
    place,
    text: pair[place].text,
    language: pair.pool.language,
    raw: view.raw,
    diff,
    chosen: choice === place,
    editor: choice === place ? editor : null,
  });
  return (
    <div className="wb-pair" hidden={!active}>
      <PromptPanel
        language={pair.pool.language}
        messages={pair.messages}
        raw={view.raw}
        folded={view.promptFolded}
        onFold={onFoldPrompt}
        foldKey={ariaKey(promptKey)}
      />
      <div className="wb-responses">
        <ResponsePanel ref={left} {...panel("left")} />
        <ResponsePanel ref={right} {...panel("right")} />
      </div>
    </div>
  );
});
