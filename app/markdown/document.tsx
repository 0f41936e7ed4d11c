import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useInBrowser } from "../ui/in-browser";
import { whenNear } from "../ui/when-near";
import { Markdown } from "./markdown";
import { PlainText, RawText } from "./raw-text";
import { foldAt, splitBlocks } from "./split";
import { plural } from "../ui/number";

/** Characters shown of a long text before "show all". */
const FOLD = 16_000;

type Text = { source: string; raw: boolean; label: string };

/**
 * A text of any length, rendered or raw. Long ones are folded; unfolded, each piece is parsed only as it comes near the
 * screen, and until then is shown as plain text, so that searching the page finds everything. `language` is the language
 * of the text; omit it where an ancestor already sets `lang`.
 */
export const Document = memo(function Document({ language, ...text }: Text & { language?: string }) {
  if (language === undefined) return <Folded {...text} />;
  return (
    <div className="min-w-0" lang={language}>
      <Folded {...text} />
    </div>
  );
});

function Folded({ source, raw, label }: Text) {
  const [unfolded, setUnfolded] = useState(false);
  const folded = source.length > FOLD * 1.25 && !unfolded;
  const end = useMemo(() => (folded ? foldAt(source, FOLD) : source.length), [source, folded]);
  return (
    <>
      {raw ? <RawText source={source.slice(0, end)} /> : <Pieces source={source} end={end} />}
      {folded && (
        <button type="button" className="md-unfold" onClick={() => setUnfolded(true)}>
          Show all {plural(source.length, "character")} of {label}
        </button>
      )}
    </>
  );
}

function Pieces({ source, end }: { source: string; end: number }) {
  const here = useInBrowser();
  const pieces = useMemo(() => (here ? splitBlocks(source, end) : []), [here, source, end]);
  if (!here) return <PlainText source={source.slice(0, end)} />;
  if (pieces.length === 1) return <Markdown source={pieces[0]!} />;
  return pieces.map((piece, index) => <LazyPiece key={index} source={piece} eager={index === 0} />);
}

function LazyPiece({ source, eager }: { source: string; eager: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(eager);
  useEffect(() => {
    const element = box.current;
    if (near || !element) return;
    return whenNear(element, "1200px 0px", () => setNear(true));
  }, [near]);
  return (
    <div ref={box} className="md-piece">
      {near ? <Markdown source={source} /> : <PlainText source={source} />}
    </div>
  );
}
