import { useState } from "react";
import { Dialog } from "../../ui/dialog";
import { Checkbox, FormError } from "../../ui/field";
import { savePreferences } from "../client/preferences-api";
import { MEASURES, type Reading, SIZES } from "../client/use-reading";

type Props = { open: boolean; onClose: () => void; reading: Reading; onChange: (changes: Partial<Reading>) => void };

const MEASURE_LABELS = { "60": "60 characters", "72": "72", "90": "90", full: "Full width" };
const THEMES = { system: "As the system", light: "Light", dark: "Dark" };
type Theme = keyof typeof THEMES;

/** How the texts look. Every change shows at once, behind the dialog. */
export function ReadingDialog({ open, onClose, reading, onChange }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={(now) => !now && onClose()}
      title="Reading"
      description="How prompts and responses look in this browser. Changes show at once."
    >
      <div className="flex flex-col gap-4">
        <Segments
          legend="Text size"
          options={SIZES.map((size) => [size, `${size} %`])}
          value={reading.size}
          onChange={(size) => onChange({ size })}
        />
        <Segments
          legend="Longest line"
          options={MEASURES.map((measure) => [measure, MEASURE_LABELS[measure]])}
          value={reading.measure}
          onChange={(measure) => onChange({ measure })}
        />
        <Segments
          legend="Responses"
          options={[
            ["beside", "Side by side"],
            ["stacked", "B below A"],
          ]}
          value={reading.stacked ? "stacked" : "beside"}
          onChange={(value) => onChange({ stacked: value === "stacked" })}
        />
        <Theme />
        <Checkbox
          label="Wrap long lines of code"
          checked={reading.wrapCode}
          onChange={(event) => onChange({ wrapCode: event.target.checked })}
        />
      </div>
    </Dialog>
  );
}

/** Colours go with the account, to every page and browser. */
function Theme() {
  const [theme, setTheme] = useState(() => document.documentElement.dataset.themeChoice as Theme);
  const [error, setError] = useState<string | null>(null);
  const choose = async (next: Theme) => {
    setTheme(next);
    document.documentElement.dataset.themeChoice = next;
    setError(await savePreferences({ theme: next }));
  };
  return (
    <>
      <Segments
        legend="Colours"
        options={Object.entries(THEMES) as [Theme, string][]}
        value={theme}
        onChange={(next) => void choose(next)}
      />
      <FormError>{error && `The colours are not saved: ${error}`}</FormError>
    </>
  );
}

type SegmentsProps<V extends string> = { legend: string; options: (readonly [V, string])[]; value: V; onChange: (value: V) => void };

/** One of a few, in a row of radio buttons. */
function Segments<V extends string>({ legend, options, value, onChange }: SegmentsProps<V>) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map(([option, label]) => (
          <label
            key={option}
            className="cursor-pointer rounded-md border border-line-strong/50 px-3 py-1.5 text-sm select-none has-checked:border-accent has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text"
          >
            <input type="radio" className="sr-only" name={legend} checked={value === option} onChange={() => onChange(option)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
