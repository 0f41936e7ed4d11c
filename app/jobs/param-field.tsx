import { cx } from "~/ui/cx";
import { Checkbox, Radio, Select, TextArea, TextField } from "~/ui/field";
import { compact } from "~/ui/number";
import { STRENGTH_LABELS } from "~/votes/strength";
import { ALL, type FormField } from "./form-fields";

/** One setting, with its default filled in and what it does below it. */
export function ParamField({ field, value, error }: { field: FormField; value: unknown; error?: string }) {
  const common = { name: `params.${field.name}`, label: field.title, hint: field.description, error };
  switch (field.kind) {
    case "number":
      return (
        <TextField
          {...common}
          type="number"
          step={field.step}
          min={field.min}
          max={field.max}
          defaultValue={typeof value === "number" ? compact(value) : ""}
          inputMode="decimal"
        />
      );
    case "choice":
      return (
        <Select {...common} defaultValue={String(value ?? "")}>
          {field.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </Select>
      );
    case "many":
      return <ManyField field={field} value={(value as string[] | undefined) ?? []} error={error} />;
    case "switch":
      return <Checkbox label={field.title} hint={field.description} name={common.name} defaultChecked={value === true} />;
    case "text":
      return field.long ? (
        <TextArea {...common} defaultValue={String(value ?? "")} />
      ) : (
        <TextField {...common} defaultValue={String(value ?? "")} />
      );
  }
}

type ManyProps = { field: FormField & { kind: "many" }; value: string[]; error?: string };

function ManyField({ field, value, error }: ManyProps) {
  return (
    <fieldset className="group flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">{field.title}</legend>
      {field.all && <AllOrOnly field={field} value={value} />}
      <div className={cx("flex flex-wrap gap-x-5 gap-y-1.5", field.all && "pl-6.5 group-has-[[value=all]:checked]:hidden")}>
        {field.options.map((option) => (
          <Checkbox
            key={option}
            name={`params.${field.name}`}
            value={option}
            label={(STRENGTH_LABELS as Record<string, string>)[option] ?? option.replace(">", " > ")}
            defaultChecked={value.includes(option) || value.includes(ALL)}
          />
        ))}
      </div>
      <p className="text-[0.8125rem] text-muted">{field.description}</p>
      {error && <p className="text-[0.8125rem] font-medium text-danger">{error}</p>}
    </fieldset>
  );
}

/** Not filtering at all is another thing than ticking every box: rows without a value take part too. */
function AllOrOnly({ field, value }: ManyProps) {
  const all = value.includes(ALL);
  return (
    <>
      <Radio
        name={`params.${field.name}`}
        value={ALL}
        label="All rows"
        hint="Whatever their strength; those without one too."
        defaultChecked={all}
      />
      <Radio name={`params.${field.name}`} value="" label="Only these strengths" defaultChecked={!all} />
    </>
  );
}
