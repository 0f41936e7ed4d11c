import { type ReactNode } from "react";

/** What is wrong with each field of the form, by its name. */
export type Errors = Record<string, string>;

/** Several things to tick under one question. */
export function TickList({ legend, hint, children }: { legend: string; hint?: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{legend}</legend>
      {hint && <p className="mt-0.5 mb-2 text-[0.8125rem] text-muted">{hint}</p>}
      <div className="mt-2 flex max-h-96 flex-col gap-2 overflow-y-auto">{children}</div>
    </fieldset>
  );
}
