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

/** Text that is not rendered yet: with its lines, and in the letters that it will have. */
export const PlainText = ({ source }: { source: string }) => (
  <div className="md-plain" dir="auto">
    {source}
  </div>
);
