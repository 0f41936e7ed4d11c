import { Form, useNavigation } from "@remix-run/react";
import type { ReactNode } from "react";
import { Button } from "~/ui/button";
import { FormError, Select, TextArea, TextField } from "~/ui/field";
import { CAPABILITIES } from "./schema";

type Values = {
  name: string;
  description: string;
  capability: string;
  language: string;
  votesPerComparison: number;
  editPolicy: string;
  access: string;
  priority: number;
};

const EMPTY: Values = {
  name: "",
  description: "",
  capability: "general",
  language: "en",
  votesPerComparison: 1,
  editPolicy: "optional",
  access: "everyone",
  priority: 0,
};

type Props = { values?: Values; error?: string; errors?: Record<string, string>; submit: string; children?: ReactNode };

/** The settings of a pool, for a new one and an existing one. */
export function PoolForm({ values = EMPTY, error, errors = {}, submit, children }: Props) {
  const busy = useNavigation().state !== "idle";
  return (
    <Form method="post" className="flex max-w-2xl flex-col gap-5">
      <FormError>{error}</FormError>
      <TextField label="Name" name="name" required maxLength={100} defaultValue={values.name} error={errors.name} />
      <TextArea
        label="Description"
        name="description"
        rows={2}
        maxLength={2000}
        defaultValue={values.description}
        error={errors.description}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label="Capability"
          name="capability"
          required
          list="capabilities"
          defaultValue={values.capability}
          error={errors.capability}
          hint="What the prompts are about."
        />
        <datalist id="capabilities">
          {CAPABILITIES.map((capability) => (
            <option key={capability} value={capability} />
          ))}
        </datalist>
        <TextField
          label="Language"
          name="language"
          required
          defaultValue={values.language}
          error={errors.language}
          hint="A tag such as en, de or pt-BR."
        />
      </div>
      <WorkFields values={values} errors={errors} isNew={values === EMPTY} />
      {children}
      <div>
        <Button type="submit" tone="primary" disabled={busy}>
          {submit}
        </Button>
      </div>
    </Form>
  );
}

const VOTES_HINT = {
  new: "How many annotators answer each comparison. Two or more show how far they agree. It can be changed later.",
  existing: "A change opens or closes places of the comparisons that are there. Votes are never lost.",
};

function WorkFields({ values, errors, isNew }: { values: Values; errors: Record<string, string>; isNew: boolean }) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <TextField
        label="Votes per comparison"
        name="votesPerComparison"
        type="number"
        min={1}
        max={100}
        required
        defaultValue={values.votesPerComparison}
        error={errors.votesPerComparison}
        hint={isNew ? VOTES_HINT.new : VOTES_HINT.existing}
      />
      <TextField
        label="Priority"
        name="priority"
        type="number"
        min={-1000}
        max={1000}
        required
        defaultValue={values.priority}
        error={errors.priority}
        hint="Pools with a higher number are served first."
      />
      <Select label="Editing the winner" name="editPolicy" defaultValue={values.editPolicy} error={errors.editPolicy}>
        <option value="off">Off: votes only</option>
        <option value="optional">Optional</option>
        <option value="required">Required, or “nothing to improve”</option>
      </Select>
      <Select
        label="Who may work on it"
        name="access"
        defaultValue={values.access}
        error={errors.access}
        hint={isNew ? "Members are chosen on the pool’s page, once it is made." : "Members are chosen under Members."}
      >
        <option value="everyone">Every annotator</option>
        <option value="members">Members only</option>
      </Select>
    </div>
  );
}
