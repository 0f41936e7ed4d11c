import { z } from "zod";
import { paramsOf, type JobType } from "../contract/recipes";

export type FieldKind =
  | { kind: "number"; step: "any" | 1; min?: number; max?: number }
  | { kind: "choice"; options: string[] }
  | { kind: "many"; options: string[]; all: boolean }
  | { kind: "switch" }
  | { kind: "text"; long: boolean };
export type FormField = { name: string; title: string; description: string; initial: unknown; required: boolean } & FieldKind;

type Property = {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  items?: { enum?: string[] };
  minimum?: number;
  maximum?: number;
  maxLength?: number;
};

/** In a list, a value that says "do not filter by this"; on the form a choice of its own, not one more box to tick. */
export const ALL = "all";

/** Settings whose values are other rows of the platform get a select of their own on the page. */
const ROWS = ["models", "pool_id", "samples_job_id", "reference_model_id"];

/** The start form of a recipe, read off its schema, so that a setting is described once. */
export function formFields(type: JobType): FormField[] {
  const { properties = {}, required = [] } = z.toJSONSchema(paramsOf[type], { io: "input" }) as {
    properties?: Record<string, Property>;
    required?: string[];
  };
  return Object.entries(properties)
    .filter(([name]) => !ROWS.includes(name))
    .map(([name, property]) => ({
      name,
      title: property.title ?? name,
      description: property.description ?? "",
      initial: property.default,
      required: required.includes(name),
      ...kindOf(property),
    }));
}

function kindOf(property: Property): FieldKind {
  if (property.enum) return { kind: "choice", options: property.enum };
  if (property.items?.enum) {
    const options = property.items.enum.filter((option) => option !== ALL);
    return { kind: "many", options, all: options.length < property.items.enum.length };
  }
  if (property.type === "boolean") return { kind: "switch" };
  if (property.type === "integer") return { kind: "number", step: 1, min: property.minimum, max: property.maximum };
  if (property.type === "number") return { kind: "number", step: "any", min: property.minimum, max: property.maximum };
  return { kind: "text", long: (property.maxLength ?? 0) > 1000 };
}

/** Form values as the recipe wants them: numbers as numbers, an unticked box as false, an empty text as not given. */
export function readParams(type: JobType, form: FormData): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const field of formFields(type)) {
    const value = form.get(`params.${field.name}`);
    if (field.kind === "many") params[field.name] = readMany(form.getAll(`params.${field.name}`).map(String));
    else if (field.kind === "switch") params[field.name] = value === "on";
    else if (typeof value === "string" && value.trim() !== "") params[field.name] = field.kind === "number" ? Number(value) : value;
  }
  for (const name of ["pool_id", "samples_job_id", "reference_model_id"]) {
    const value = form.get(`params.${name}`);
    if (typeof value === "string" && value !== "") params[name] = value;
  }
  const models = form.getAll("params.models").map(String);
  if (type === "average") params.models = models.map((id) => ({ id, weight: Number(form.get(`weight.${id}`) || 1) }));
  return params;
}

/** The boxes are sent even while the choice of all hides them; the other choice sends an empty text. */
const readMany = (values: string[]): string[] => (values.includes(ALL) ? [ALL] : values.filter(Boolean));

/** Sections of the form, by setting; what is not named stands in the first one. */
export const SECTIONS: { title: string; open: boolean; names: string[] }[] = [
  { title: "Recipe", open: true, names: [] },
  {
    title: "Optimisation",
    open: true,
    names: ["epochs", "max_steps", "batch_size", "learning_rate", "schedule", "warmup", "final_rate", "weight_decay", "clip", "seed"],
  },
  { title: "Rows", open: false, names: ["include_null_strength", "max_tokens", "over_long", "pad_token", "chat_template"] },
  {
    title: "Memory and speed",
    open: false,
    names: ["lora_rank", "lora_alpha", "lora_dropout", "precision", "share_prompt", "micro_batch_tokens", "gradient_checkpointing"],
  },
  { title: "Running", open: false, names: ["eval_every", "checkpoint_every", "load_best_at_end"] },
];

export function sectionOf(type: JobType, name: string): number {
  if (!type.startsWith("train_")) return 0;
  return Math.max(
    0,
    SECTIONS.findIndex((section) => section.names.includes(name)),
  );
}
