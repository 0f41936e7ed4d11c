import { FileUp } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { cx } from "~/ui/cx";
import { bytes } from "~/ui/number";

/** Takes a file by choosing or by dropping it. */
export function FileDrop({ file, onFile, disabled }: { file?: File; onFile: (file: File) => void; disabled: boolean }) {
  const id = useId();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped && !disabled) onFile(dropped);
  };
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex flex-col items-center gap-2 rounded-lg border-2 border-dashed px-6 py-10 text-center",
        over ? "border-accent bg-accent-soft" : "border-line-strong/50 bg-surface",
      )}
    >
      <FileUp size={24} className="text-muted" aria-hidden />
      <label htmlFor={id} className="text-sm font-medium">
        {file ? `${file.name} (${bytes(file.size)})` : "Drop a file here, or choose one"}
      </label>
      <p className="text-[0.8125rem] text-muted">JSON Lines, CSV or Parquet</p>
      <input
        id={id}
        type="file"
        accept=".jsonl,.ndjson,.json,.csv,.tsv,.parquet"
        disabled={disabled}
        className="max-w-full text-sm text-muted file:mr-3 file:rounded-md file:border file:border-solid file:border-line-strong/50 file:bg-surface file:px-3 file:py-1.5 file:text-sm file:font-medium file:text-ink hover:file:bg-raised"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) onFile(chosen);
        }}
      />
    </div>
  );
}
