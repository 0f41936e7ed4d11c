import { Fragment } from "react";
import { STRENGTH_LABELS } from "../../votes/strength";
import { choiceOf, gradeLabel, GRADES, intensityOf, LETTER, strengthOf, type Grade } from "../grades";
import type { ActionId, Keymap } from "../keymap";
import { ariaKey, KeyCap } from "./key-cap";

type Props = { value: Grade | null; keymap: Keymap; name: string; onGrade: (grade: Grade) => void; legend: string };

/** Side and strength in one row of radio buttons: arrow keys move among them, each has a key of its own, and its name is the words on it. */
export function GradeButtons({ value, keymap, name, onGrade, legend }: Props) {
  return (
    <div className="wb-grades" role="radiogroup" aria-label={legend}>
      {GRADES.map((grade) => (
        <Fragment key={grade}>
          {grade === 5 && <span className="wb-grades-middle" aria-hidden />}
          <GradeButton
            grade={grade}
            checked={value === grade}
            chord={keymap[`grade${grade}` satisfies ActionId]}
            name={name}
            onGrade={onGrade}
          />
        </Fragment>
      ))}
    </div>
  );
}

type ButtonProps = { grade: Grade; checked: boolean; chord: string; name: string; onGrade: (grade: Grade) => void };

function GradeButton({ grade, checked, chord, name, onGrade }: ButtonProps) {
  const level = intensityOf(grade);
  const place = choiceOf(grade);
  const word = STRENGTH_LABELS[strengthOf(grade)].replace(/ better$/, "").toLowerCase();
  return (
    <label className="wb-grade" data-place={place} data-level={level} title={gradeLabel(grade)}>
      <input
        type="radio"
        className="sr-only"
        name={name}
        checked={checked}
        onChange={() => onGrade(grade)}
        aria-keyshortcuts={ariaKey(chord)}
      />
      <span className="flex items-center gap-1.5" aria-hidden>
        <span className="max-sm:hidden">
          <KeyCap chord={chord} />
        </span>
        <span className="wb-grade-bars">
          {[1, 2, 3, 4].map((bar) => (
            <i key={bar} data-on={place === "left" ? bar > 4 - level : bar <= level} />
          ))}
        </span>
      </span>
      <span>
        <b className="font-semibold">{LETTER[place]}</b> {word}
        {word !== "better" && <span className="sr-only"> better</span>}
      </span>
    </label>
  );
}
