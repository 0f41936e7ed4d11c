import { Checkbox, Select, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { STRENGTH_LABELS, STRENGTHS } from "../votes/strength";
import { plural } from "../ui/number";
import type { LeftOut } from "./schema";
import { type Errors, TickList } from "./tick-list";

type Props = {
  errors: Errors;
  /** Votes that the settings keep out, as the preview has counted them. */
  leftOut: Partial<Record<LeftOut, number>>;
};

/** Which votes are taken in. */
export function FilterSection({ errors, leftOut }: Props) {
  return (
    <Card title="Which votes">
      <div className="grid gap-5 sm:grid-cols-2">
        <TickList legend="Strengths" hint="None ticked means all. Llama 3 trains on the two strongest only.">
          {STRENGTHS.map((level) => (
            <Checkbox key={level} name="strengths" value={level} label={STRENGTH_LABELS[level]} />
          ))}
        </TickList>
        <div className="flex flex-col gap-5">
          <Select
            label="Preferences without a strength"
            name="unstated"
            defaultValue=""
            hint="Imported data may come without one. It is never invented."
          >
            <option value="">Keep, unless strengths are ticked</option>
            <option value="include">Keep</option>
            <option value="exclude">Leave out</option>
          </Select>
          <div className="grid grid-cols-2 gap-3">
            <TextField label="Answered from" name="from" type="date" error={errors["options.from"]} />
            <TextField label="to" name="to" type="date" error={errors["options.to"]} />
          </div>
          <TextField
            label="Least gold accuracy, %"
            name="minGoldAccuracy"
            type="number"
            min={0}
            max={100}
            step={1}
            hint="Leaves out people below it, and people who answered no gold comparison. Empty: everyone."
            error={errors["options.minGoldAccuracy"]}
          />
        </div>
        <UsuallyLeftOut leftOut={leftOut} />
        <TickList legend="Usually kept">
          <Checkbox name="identityLeaks" label="Leave out responses that give their model away" hint="Judges may have voted for a name." />
        </TickList>
      </div>
    </Card>
  );
}

function UsuallyLeftOut({ leftOut }: Pick<Props, "leftOut">) {
  const number = (reason: LeftOut) => leftOut[reason] && `Now left out: ${plural(leftOut[reason], "vote")}.`;
  return (
    <TickList legend="Usually left out" hint="Tick to take them in. Votes that came when no slot was left never are.">
      <Checkbox name="deactivated" label="Votes of people whose account is closed" hint={number("deactivated")} />
      <Checkbox
        name="notBlind"
        label="Votes that are not blind"
        hint={["Their writers had opened the models or votes on another page.", number("not_blind")].filter(Boolean).join(" ")}
      />
      <Checkbox
        name="golds"
        label="Gold comparisons"
        hint={["Their answer was known beforehand.", number("gold")].filter(Boolean).join(" ")}
      />
      <Checkbox name="flagged" label="Comparisons with an open flag" hint={number("flagged")} />
      <Checkbox name="archived" label="Archived comparisons, prompts and pools" hint={number("archived")} />
    </TickList>
  );
}
