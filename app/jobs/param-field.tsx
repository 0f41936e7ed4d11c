import { Checkbox, Select, TextArea, TextField } from "~/ui/field";
import type { FormField } from "./form-fields";

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
          defaultValue={String(value ?? "")}
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

function ManyField({ field, value, error }: { field: FormField & { kind: "many" }; value: string[]; error?: string }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">{field.title}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1.5">
        {field.options.map((option) => (
          <Checkbox
            key={option}
            name={`params.${field.name}`}
            value={option}
            label={option.replaceAll("_", " ").replace(">", " > ")}
            defaultChecked={value.includes(option)}
          />
        ))}
      </div>
      <p className="text-[0.8125rem] text-muted">{field.description}</p>
      {error && <p className="text-[0.8125rem] font-medium text-danger">{error}</p>}
    </fieldset>
  );
}
