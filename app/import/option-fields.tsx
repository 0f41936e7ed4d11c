import { Checkbox, Select, TextField } from "~/ui/field";

export type OptionValues = { pairs: string; count: string; seed: string; round: string; annotator: string; unknownFields: string };
export const DEFAULT_OPTIONS: OptionValues = { pairs: "row", count: "1", seed: "0", round: "1", annotator: "", unknownFields: "refuse" };

type Props = { values: OptionValues; onChange: (values: OptionValues) => void; disabled: boolean };

/** What an import is told beside its file. */
export function OptionFields({ values, onChange, disabled }: Props) {
  const set = (name: keyof OptionValues) => (event: { currentTarget: { value: string } }) =>
    onChange({ ...values, [name]: event.currentTarget.value });
  return (
    <fieldset disabled={disabled} className="grid gap-4 sm:grid-cols-2">
      <legend className="sr-only">Options</legend>
      <Select label="Pairs" value={values.pairs} onChange={set("pairs")}>
        <option value="row">of the responses of each row</option>
        <option value="all">of all responses to a prompt</option>
        <option value="random">some of all, drawn at random</option>
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
        placeholder="people who are not named"
        hint="Where a row does not say whose preference it is."
      />
      <Checkbox
        className="sm:col-span-2"
        label="Keep unknown fields as metadata"
        hint="Otherwise a row with a field that no form knows is a bad row."
        checked={values.unknownFields === "metadata"}
        onChange={(event) => onChange({ ...values, unknownFields: event.currentTarget.checked ? "metadata" : "refuse" })}
      />
    </fieldset>
  );
}
