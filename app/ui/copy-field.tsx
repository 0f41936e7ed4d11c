import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button";
import { TextField } from "./field";

/** A text that is shown once and wanted elsewhere: selected on focus, copied with a button. */
export function CopyField({ label, value, hint }: { label: string; value: string; hint?: string }) {
  const [copied, setCopied] = useState<"yes" | "refused">();
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setCopied("yes"),
      () => setCopied("refused"),
    );
  return (
    <div className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <TextField
          label={label}
          readOnly
          value={value}
          className="font-mono"
          onFocus={(event) => event.currentTarget.select()}
          hint={hint}
        />
      </div>
      <div className={hint ? "mb-[1.7rem]" : undefined}>
        <Button onClick={() => void copy()}>
          {copied === "yes" ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          <span aria-live="polite">{copied === "yes" ? "Copied" : copied === "refused" ? "Select it and copy" : "Copy"}</span>
        </Button>
      </div>
    </div>
  );
}
