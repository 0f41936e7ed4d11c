import { Form, Link, useNavigation } from "@remix-run/react";
import { ABOUT, type JobType } from "~/contract/recipes";
import type { FormFailure } from "~/http/input.server";
import { Button } from "~/ui/button";
import { Checkbox, FormError, Select, TextField } from "~/ui/field";
import { plural } from "~/ui/number";
import { Card } from "~/ui/page";
import { formFields, SECTIONS, sectionOf } from "./form-fields";
import { ParamField } from "./param-field";

type Named = { id: string; name: string };
export type Choices = {
  models: (Named & { kind: string; task: string })[];
  releases: { id: string; number: number; name: string; rowsTotal: number }[];
  pools: Named[];
  samplings: { id: string; number: number; name: string }[];
};
type Props = { type: JobType; choices: Choices; chosen: { base?: string; release?: string }; failure: FormFailure | undefined };

/** Everything that a job of one type can be told, with the papers' defaults filled in and explained. */
export function StartForm({ type, choices, chosen, failure }: Props) {
  const busy = useNavigation().state !== "idle";
  return (
    <Form method="post" className="flex flex-col gap-6" key={type}>
      <input type="hidden" name="type" value={type} />
      <FormError>{failure?.error}</FormError>
      <Missing type={type} choices={choices} />
      <Card title={ABOUT[type].title}>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Name"
            name="name"
            required
            maxLength={100}
            defaultValue={suggestion(type)}
            hint={ABOUT[type].makesModel ? "The model that the job makes gets the same name." : undefined}
            error={failure?.fields.name}
          />
          <Inputs type={type} choices={choices} chosen={chosen} failure={failure} />
        </div>
      </Card>
      {SECTIONS.map((section, index) => (
        <Section key={section.title} type={type} index={index} failure={failure} />
      ))}
      <div>
        <Button type="submit" tone="primary" disabled={busy}>
          Start job
        </Button>
      </div>
    </Form>
  );
}

/** What has to be made before such a job can start, and where. */
function Missing({ type, choices }: Pick<Props, "type" | "choices">) {
  const { base, release } = ABOUT[type];
  const missing = [
    release === "required" && choices.releases.length === 0 && { to: "/admin/releases/new", text: "Cut a release of the votes first" },
    base && modelsFor(type, choices).length === 0 && { to: "/admin/models/new", text: "Register a model to start from" },
    type === "sample" && choices.pools.length === 0 && { to: "/admin/pools/new", text: "Make a pool with prompts first" },
  ].filter((each) => each !== false && each !== null);
  if (missing.length === 0) return null;
  return (
    <ul className="rounded-md border border-warn/40 bg-warn-soft px-4 py-2.5 text-sm">
      {missing.map(({ to, text }) => (
        <li key={to}>
          <Link to={to} className="font-medium underline underline-offset-2">
            {text}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function modelsFor(type: JobType, { models }: Choices) {
  const { base } = ABOUT[type];
  return models.filter((model) => model.kind === "checkpoint" && (base === "any" || model.task === base));
}

const suggestion = (type: JobType): string => type.replace("train_", "").replace("_", "-");

function Section({ type, index, failure }: { type: JobType; index: number; failure: FormFailure | undefined }) {
  const section = SECTIONS[index];
  const fields = formFields(type).filter((field) => sectionOf(type, field.name) === index);
  if (!section || fields.length === 0) return null;
  const wrong = fields.some((field) => failure?.fields[`params.${field.name}`]);
  return (
    <details open={section.open || wrong} className="rounded-lg border border-line bg-surface">
      <summary className="px-4 py-2.5 text-sm font-semibold">{section.title}</summary>
      <div className="grid gap-x-6 gap-y-4 border-t border-line p-4 sm:grid-cols-2">
        {fields.map((field) => (
          <ParamField key={field.name} field={field} value={field.initial} error={failure?.fields[`params.${field.name}`]} />
        ))}
      </div>
    </details>
  );
}

function Inputs({ type, choices, chosen, failure }: Props) {
  const { base, release } = ABOUT[type];
  return (
    <>
      {release && <ReleaseSelect type={type} choices={choices} chosen={chosen.release} failure={failure} />}
      {base && (
        <Select
          label="Model"
          name="baseModelId"
          required
          defaultValue={chosen.base}
          hint={ABOUT[type].summary}
          error={failure?.fields.baseModelId}
        >
          <Options rows={modelsFor(type, choices)} />
        </Select>
      )}
      {type === "evaluate" && (
        <Select
          label="Reference model"
          name="params.reference_model_id"
          hint="For a DPO model: the one it started from. Its implicit rewards are then measured."
        >
          <option value="">None</option>
          <Options rows={choices.models.filter((model) => model.kind === "checkpoint" && model.task === "causal")} />
        </Select>
      )}
      {type === "sample" && (
        <Select label="Prompt pool" name="params.pool_id" required hint="The prompts to answer." error={failure?.fields["params.pool_id"]}>
          <Options rows={choices.pools} />
        </Select>
      )}
      {type === "score" && (
        <Select label="Sampled responses" name="params.samples_job_id" hint="Or none, to score the release’s rows.">
          <option value="">None</option>
          <Options rows={choices.samplings.map((job) => ({ id: job.id, name: `Job ${job.number}, ${job.name}` }))} />
        </Select>
      )}
      {type === "average" && <AverageModels models={choices.models} error={failure?.fields["params.models"]} />}
    </>
  );
}

function ReleaseSelect({
  type,
  choices,
  chosen,
  failure,
}: {
  type: JobType;
  choices: Choices;
  chosen?: string;
  failure: FormFailure | undefined;
}) {
  const optional = ABOUT[type].release === "optional";
  const hint =
    choices.releases.length === 0
      ? "There is no finished release yet."
      : "The rows to work on, named by their hash: later votes change nothing.";
  return (
    <Select label="Release" name="releaseId" required={!optional} defaultValue={chosen} hint={hint} error={failure?.fields.releaseId}>
      {optional && <option value="">None</option>}
      <Options
        rows={choices.releases.map((row) => ({ id: row.id, name: `${row.number}: ${row.name} (${plural(row.rowsTotal, "row")})` }))}
      />
    </Select>
  );
}

const Options = ({ rows }: { rows: Named[] }) =>
  rows.map((row) => (
    <option key={row.id} value={row.id}>
      {row.name}
    </option>
  ));

function AverageModels({ models, error }: { models: Choices["models"]; error?: string }) {
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-2 text-sm font-medium">Models and their weights</legend>
      <ul className="flex flex-col gap-2">
        {models
          .filter((model) => model.kind === "checkpoint")
          .map((model) => (
            <li key={model.id} className="flex items-center gap-4">
              <Checkbox name="params.models" value={model.id} label={model.name} className="min-w-60" />
              <TextField
                label={`Weight of ${model.name}`}
                hideLabel
                name={`weight.${model.id}`}
                type="number"
                step="any"
                min={0.0001}
                defaultValue="1"
                className="w-24"
              />
            </li>
          ))}
      </ul>
      {error && <p className="mt-1 text-[0.8125rem] font-medium text-danger">{error}</p>}
    </fieldset>
  );
}
