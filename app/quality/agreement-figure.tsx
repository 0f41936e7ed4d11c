import { percent } from "../ui/number";
import { type Agreement, comparedInWords } from "./agreement";

/** The share, and on how many of how many votes it stands. */
export function AgreementFigure({ share, ...votes }: Pick<Agreement, "share" | "compared" | "votes">) {
  if (share === undefined) return <>–</>;
  return (
    <>
      {percent(share, 1)} <span className="text-[0.8125rem] font-normal text-muted">{comparedInWords(votes)}</span>
    </>
  );
}
