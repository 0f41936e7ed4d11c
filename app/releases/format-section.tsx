import { Checkbox, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { type Errors, TickList } from "./tick-list";
import { VARIANTS, type Variant } from "./schema";

const VARIANT_HINTS: Record<Variant, string> = {
  pairs: "One row per ordered pair, for trainers that do not know edits.",
  conversations: "Prompt and response as one conversation: RewardBench, RLHFlow.",
  sft: "The edit, else the chosen response, as messages.",
  llamafactory: "With its dataset_info.json.",
  "axolotl-rm": "Flat strings, for dialogues of one turn.",
};

/** Split and files. */
export function FormatSection({ errors }: { errors: Errors }) {
  return (
    <Card title="Split and files">
      <div className="grid gap-5 sm:grid-cols-2">
        <div className="flex flex-col gap-5">
          <div className="grid grid-cols-3 gap-3">
            <TextField
              label="Validation, %"
              name="validation"
              type="number"
              min={0}
              max={50}
              step={0.5}
              defaultValue={5}
              error={errors["options.validation"]}
            />
            <TextField
              label="Test, %"
              name="test"
              type="number"
              min={0}
              max={50}
              step={0.5}
              defaultValue={5}
              error={errors["options.test"]}
            />
            <TextField label="Seed" name="seed" type="number" min={0} step={1} defaultValue={0} error={errors["options.seed"]} />
          </div>
          <p className="text-[0.8125rem] text-muted">
            Shares of the prompts, chosen by a hash of their text. The same prompt in two pools, all turns of a dialogue and near-copies are
            in the same split, in every release with this seed.
          </p>
          <Checkbox name="parquet" defaultChecked label="Parquet beside JSON lines" hint="Smaller, and with fixed column types." />
        </div>
        <TickList legend="Files for other tools">
          {VARIANTS.map((variant) => (
            <Checkbox key={variant} name="variants" value={variant} defaultChecked label={`${variant}/`} hint={VARIANT_HINTS[variant]} />
          ))}
        </TickList>
      </div>
    </Card>
  );
}
