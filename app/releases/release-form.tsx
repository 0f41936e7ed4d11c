import { Form, useFetcher, useNavigation } from "@remix-run/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../ui/button";
import { Checkbox, FormError, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { FilterSection } from "./filter-section";
import { FormatSection } from "./format-section";
import { PreviewPanel, type PreviewAnswer } from "./preview-panel";
import { RowSection } from "./row-section";
import { type Errors, TickList } from "./tick-list";

export type Choices = { pools: { id: string; name: string; archivedAt: Date | string | null }[]; rounds: number[] };

/** The settings of a new release, with a count beside them that follows each change. */
export function ReleaseForm({ choices, name, errors, error }: { choices: Choices; name: string; errors: Errors; error?: string }) {
  const busy = useNavigation().state !== "idle";
  const { form, onChange, answer, counting } = usePreview();
  return (
    <Form ref={form} method="post" onChange={onChange} className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex flex-col gap-6">
        <FormError>{error}</FormError>
        <Card title="Name">
          <TextField
            label="Name of the release"
            name="name"
            defaultValue={name}
            maxLength={100}
            required
            error={errors.name}
            hint="Stands in the dataset card. It can repeat; the number is what tells releases apart."
          />
        </Card>
        <PoolSection choices={choices} />
        <FilterSection errors={errors} leftOut={answer && "preview" in answer ? answer.preview.leftOutVotes : {}} />
        <RowSection />
        <FormatSection errors={errors} />
      </div>
      <div className="flex flex-col gap-4 xl:sticky xl:top-4">
        <PreviewPanel answer={answer} counting={counting} />
        <Button type="submit" tone="primary" disabled={busy}>
          {busy ? "Starting …" : "Make the release"}
        </Button>
        <p className="text-[0.8125rem] text-muted">
          It is made in the background. A finished release never changes; new votes go into the next one.
        </p>
      </div>
    </Form>
  );
}

const SETTLE_MS = 300;

/** Asks for new counts once the form has been left alone for a moment; an answer to an older question is dropped by the fetcher. */
function usePreview() {
  const form = useRef<HTMLFormElement>(null);
  const fetcher = useFetcher<PreviewAnswer>();
  const [changes, setChanges] = useState(0);
  const { submit } = fetcher;
  useEffect(() => {
    const timer = setTimeout(() => {
      if (form.current) submit(new FormData(form.current), { method: "post", action: "/admin/releases/preview" });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [changes, submit]);
  const onChange = (event: FormEvent) => {
    if ((event.target as HTMLInputElement).name !== "name") setChanges((count) => count + 1);
  };
  return { form, onChange, answer: fetcher.data, counting: fetcher.state !== "idle" };
}

function PoolSection({ choices: { pools, rounds } }: { choices: Choices }) {
  return (
    <Card title="From where">
      <div className="grid gap-5 sm:grid-cols-2">
        <TickList legend="Pools" hint="None ticked means all of them.">
          {pools.map((pool) => (
            <Checkbox key={pool.id} name="pools" value={pool.id} label={pool.archivedAt ? `${pool.name} (archived)` : pool.name} />
          ))}
        </TickList>
        <TickList
          legend="Rounds"
          hint="None ticked means all of them. Llama 3 trains reward models on all rounds so far, and DPO on the newest only."
        >
          {rounds.map((round) => (
            <Checkbox key={round} name="rounds" value={round} label={`Round ${round}`} />
          ))}
        </TickList>
      </div>
    </Card>
  );
}
