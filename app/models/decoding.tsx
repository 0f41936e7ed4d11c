import { TextArea, TextField } from "~/ui/field";
import type { ChatRequest } from "./schema";

/** As typed; `toRequest` reads it. */
export type DecodingSettings = { temperature: string; topP: string; maxTokens: string; seed: string; system: string };

export function toRequest(settings: DecodingSettings): Pick<ChatRequest, "temperature" | "topP" | "maxTokens" | "seed"> {
  return {
    temperature: Number(settings.temperature),
    topP: Number(settings.topP),
    maxTokens: Number(settings.maxTokens),
    seed: settings.seed === "" ? undefined : Number(settings.seed),
  };
}

/** How the models choose their words, and the system prompt. */
export function Decoding({ settings, onChange }: { settings: DecodingSettings; onChange: (settings: DecodingSettings) => void }) {
  const field = (name: keyof DecodingSettings) => ({
    value: settings[name],
    onChange: (event: { currentTarget: { value: string } }) => onChange({ ...settings, [name]: event.currentTarget.value }),
  });
  return (
    <details className="rounded-lg border border-line bg-surface">
      <summary className="px-4 py-2.5 text-sm font-semibold">Settings</summary>
      <div className="grid gap-4 border-t border-line p-4 sm:grid-cols-4">
        <TextField label="Temperature" type="number" step="any" min={0} max={5} {...field("temperature")} />
        <TextField label="Top-p" type="number" step="any" min={0.01} max={1} {...field("topP")} />
        <TextField label="Longest answer (tokens)" type="number" min={1} max={32768} {...field("maxTokens")} />
        <TextField label="Seed" type="number" min={0} placeholder="any" {...field("seed")} />
        <div className="sm:col-span-4">
          <TextArea label="System prompt" {...field("system")} />
        </div>
      </div>
    </details>
  );
}
