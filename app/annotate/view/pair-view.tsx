import { memo, useMemo, useRef, useState, type ReactNode } from "react";
import type { View } from "../client/use-view";
import { useScrolling } from "../client/use-scrolling";
import { wordDiff } from "../client/word-diff";
import type { Pair, Place } from "../schema";
import { ariaKey } from "./key-cap";
import { PromptPanel } from "./prompt-panel";
import { type EditNote, ResponsePanel } from "./response-panel";

/** Each response as the person changed it; null where it is as it came. */
export type Edits = Record<Place, string | null>;

type Props = {
  pair: Pair;
  /** False for a pair that is rendered ahead, out of sight. */
  active: boolean;
  view: Pick<View, "raw" | "diff" | "sync" | "promptFolded">;
  choice: Place | null;
  edits: Edits;
  editor: ReactNode;
  promptKey: string;
  onFoldPrompt: () => void;
};

/** The prompt on top, the two responses below it, side by side where there is room. */
export const PairView = memo(function PairView({ pair, active, view, choice, edits, editor, promptKey, onFoldPrompt }: Props) {
  const left = useRef<HTMLDivElement>(null);
  const right = useRef<HTMLDivElement>(null);
  const { text, noteOf } = useShownTexts(pair, choice, editor ? NOTHING : edits);
  const diffWanted = view.diff && active;
  const diff = useMemo(() => (diffWanted ? wordDiff(text.left, text.right) : null), [diffWanted, text.left, text.right]);
  useScrolling(left, right, active, view.sync);
  const panel = (place: Place) => ({
    place,
    text: text[place],
    language: pair.pool.language,
    raw: view.raw,
    diff,
    chosen: choice === place,
    edit: noteOf(place),
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

const NOTHING: Edits = { left: null, right: null };

/**
 * What is on screen is what goes out: the chosen response is shown with its edit, unless the person looks at the
 * original of that very edit. The other one is shown as it came, and says that an edit of it is kept.
 */
function useShownTexts(pair: Pair, choice: Place | null, edits: Edits) {
  const [originalOf, setOriginalOf] = useState<string | null>(null);
  const edit = choice && edits[choice];
  const shown = edit !== null && edit !== originalOf ? edit : null;
  const textOf = (place: Place) => (place === choice ? (shown ?? pair[place].text) : pair[place].text);
  const noteOf = (place: Place): EditNote | null => {
    const text = edits[place];
    if (text === null) return null;
    if (place !== choice) return { kind: "kept" };
    return { kind: "chosen", text, original: pair[place].text, shown: shown !== null, onToggle: () => setOriginalOf(shown) };
  };
  return { text: { left: textOf("left"), right: textOf("right") }, noteOf };
}
