import { type ReactNode, useState } from "react";
import { Document } from "../markdown/document";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { count } from "../ui/number";
import { Card } from "../ui/page";

export type ResponseView = {
  id: string;
  modelName: string;
  text: string;
  /** Of the whole text, where `text` is its beginning. */
  length?: number;
  params: unknown;
  seed: string | null;
  leaksIdentity: boolean;
};

type Props = { response: ResponseView; language: string; mark?: ReactNode; notes?: ReactNode };

/** One model's answer: who wrote it and with which settings, whether it gives its model away, and the text. */
export function ResponseCard({ response, language, mark, notes }: Props) {
  const [raw, setRaw] = useState(false);
  const { length = response.text.length } = response;
  const settings = Object.entries((response.params ?? {}) as Record<string, unknown>).filter(
    ([name]) => name !== "seed" || response.seed === null,
  );
  return (
    <Card
      className="min-w-0"
      title={
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          {mark} <span className="break-all">{response.modelName}</span>
          {response.leaksIdentity && (
            <Badge tone="warn" title="The text says which model wrote it, so annotators may not be blind to it">
              Gives its model away
            </Badge>
          )}
        </span>
      }
      actions={
        <Button size="small" tone="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? "Rendered" : "Raw text"}
        </Button>
      }
    >
      {notes && <div className="mb-3 text-[0.8125rem] text-muted">{notes}</div>}
      <Document language={language} source={response.text} raw={raw} label={`the response of ${response.modelName}`} />
      {length > response.text.length && (
        <p className="mt-3 text-[0.8125rem] text-muted">Its beginning; the pages of its comparisons show it whole.</p>
      )}
      <dl className="mt-4 flex flex-wrap gap-x-4 gap-y-1 border-t border-line pt-3 text-xs text-muted">
        <Setting name="characters" value={count(length)} />
        {response.seed !== null && <Setting name="seed" value={response.seed} />}
        {settings.map(([name, value]) => (
          <Setting key={name} name={name} value={typeof value === "string" ? value : JSON.stringify(value)} />
        ))}
      </dl>
    </Card>
  );
}

function Setting({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex gap-1.5">
      <dt>{name}</dt>
      <dd className="font-mono break-all text-ink">{value}</dd>
    </div>
  );
}
