import { PAIRS } from "../contract/release-row";
import { Checkbox, Select } from "../ui/field";
import { Card } from "../ui/page";
import { TickList } from "./tick-list";

const PAIR_HINTS = {
  "edited>chosen": "Nothing was stated about how much better an edit is, so its margin is 0.",
  "chosen>rejected": "The vote itself.",
  "edited>rejected": "With the margin of the vote.",
};

/** How votes become rows. */
export function RowSection() {
  return (
    <Card title="How votes become rows">
      <div className="grid gap-5 sm:grid-cols-2">
        <Select
          label="Several votes on one comparison"
          name="aggregation"
          defaultValue="majority"
          hint="Majority: the answer with more votes than each other wins, be it a side or that neither is better; comparisons without one are left out. The strength is the median of the winning side's, and the edit comes from its strongest vote."
        >
          <option value="majority">One row by majority</option>
          <option value="votes">One row per vote</option>
        </Select>
        <Select
          label="Margins"
          name="margins"
          defaultValue="llama2-small"
          hint="A number per strength that a reward model's loss can ask for. TRL uses the column whenever it is there; Llama 3 trains without."
        >
          <option value="llama2-small">Llama 2, small: 1, ⅔, ⅓, 0</option>
          <option value="llama2-large">Llama 2, large: 3, 2, 1, 0</option>
          <option value="none">None</option>
        </Select>
        <TickList
          legend="Pairs of an edited comparison"
          hint="For the files that hold one row per pair. The canonical row always carries the edit."
        >
          {PAIRS.map((pair) => (
            <Checkbox key={pair} name="pairs" value={pair} defaultChecked label={pair.replace(">", " > ")} hint={PAIR_HINTS[pair]} />
          ))}
        </TickList>
        <TickList legend="What else rows say">
          <Checkbox
            name="pseudonyms"
            defaultChecked
            label="Pseudonyms of annotators"
            hint="With one row per vote. Names and addresses never leave the platform."
          />
          <Checkbox
            name="details"
            defaultChecked
            label="Ids, metadata, comments and reasons"
            hint="What imports said of prompts, pairs, responses and votes, and what annotators wrote beside their votes."
          />
        </TickList>
      </div>
    </Card>
  );
}
