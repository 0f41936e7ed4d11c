import { Select, TextField } from "~/ui/field";

export type OptionValues = { pairs: string; count: string; seed: string; round: string; annotator: string };
export const DEFAULT_OPTIONS: OptionValues = { pairs: "all", count: "1", seed: "0", round: "1", annotator: "" };

type Props = { values: OptionValues; onChange: (values: OptionValues) => void; disabled: boolean };

/** What an import is told beside its file. */
export function OptionFields({ values, onChange, disabled }: Props) {
  const set = (name: keyof OptionValues) => (event: { currentTarget: { value: string } }) =>
    onChange({ ...values, [name]: event.currentTarget.value });
  return (
    <fieldset disabled={disabled} className="grid gap-4 sm:grid-cols-2">
      <legend className="sr-only">Options</legend>
      <Select label="More than two responses make" value={values.pairs} onChange={set("pairs")}>
        <option value="all">every pair</option>
        <option value="random">some pairs, drawn at random</option>
      </Select>
      {values.pairs === "random" ? (
        <div className="grid grid-cols-2 gap-4">
          <TextField label="Pairs per prompt" type="number" min={1} max={1000} value={values.count} onChange={set("count")} />
          <TextField label="Seed" type="number" min={0} value={values.seed} onChange={set("seed")} />
        </div>
      ) : (
        <div className="max-sm:hidden" />
      )}
      <TextField
        label="Round"
        type="number"
        min={1}
        value={values.round}
        onChange={set("round")}
        hint="Where a row does not say its own."
      />
      <TextField
        label="Annotator of chosen/rejected rows"
        value={values.annotator}
        onChange={set("annotator")}
        placeholder="unknown annotator"
        hint="Where a row does not say whose preference it is."
      />
    </fieldset>
  );
}
