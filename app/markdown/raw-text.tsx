import { Fragment, memo } from "react";
import { markInvisible } from "./invisible";
import { splitLines } from "./split";

/** Text exactly as it is stored, with the characters that nobody can see made visible. Pieces off screen cost no layout. */
export const RawText = memo(function RawText({ source }: { source: string }) {
  return (
    <div className="raw" dir="auto">
      {splitLines(source).map((piece, index) => (
        <div key={index} className="raw-piece">
          {markInvisible(piece).map((part, at) =>
            "text" in part ? (
              <Fragment key={at}>{part.text}</Fragment>
            ) : (
              <span key={at} className="raw-mark" title={`${part.code} ${part.name}`}>
                {part.name}
              </span>
            ),
          )}
        </div>
      ))}
    </div>
  );
});

/** Between paragraphs: blank lines, with or without spaces. The indentation of the next line is its own. */
const BLANK_LINES = /\n(?:[^\S\n]*\n)+/;

/**
 * Text that is not rendered yet: with its lines, in the letters that it will have, and in its paragraphs, so that nothing below
 * prose moves under the hand of the person when it is rendered.
 */
export const PlainText = ({ source }: { source: string }) => (
  <div className="md-plain" dir="auto">
    {source
      .trimEnd()
      .split(BLANK_LINES)
      .map((paragraph, index) => (
        <p key={index}>{paragraph}</p>
      ))}
  </div>
);
