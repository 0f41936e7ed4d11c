import { useNavigate } from "@remix-run/react";
import { type FormEvent, useMemo, useState } from "react";
import { Button } from "~/ui/button";
import { FormError, Select } from "~/ui/field";
import { bytes } from "~/ui/number";
import { Progress } from "~/ui/progress";
import { FileDrop } from "./file-drop";
import { DEFAULT_OPTIONS, OptionFields } from "./option-fields";
import { PreviewCard } from "./preview-card";
import { usePreview } from "./use-preview";
import { useUpload } from "./use-upload";

type Props = { pools: { id: string; name: string }[]; poolId?: string };

/** Chooses a file, shows what it holds, and sends it. */
export function UploadForm({ pools, poolId }: Props) {
  const [pool, setPool] = useState(poolId ?? pools[0]?.id ?? "");
  const [file, setFile] = useState<File>();
  const [options, setOptions] = useState(DEFAULT_OPTIONS);
  const { state, upload, stop } = useUpload();
  const navigate = useNavigate();
  const query = useMemo(() => new URLSearchParams({ pool, name: file?.name ?? "", ...options }).toString(), [pool, file, options]);
  const { state: preview, countAll } = usePreview(file, query);
  const sending = state !== undefined && "sent" in state;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!file) return;
    const id = await upload(`/admin/imports/upload?${query}`, file);
    if (id) await navigate(`/admin/imports/${id}`);
  };
  return (
    <form onSubmit={(event) => void send(event)} className="flex max-w-3xl flex-col gap-5">
      <FormError>{state && "error" in state ? state.error : undefined}</FormError>
      <Select label="Pool" value={pool} onChange={(event) => setPool(event.currentTarget.value)} disabled={sending}>
        {pools.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <FileDrop file={file} onFile={setFile} disabled={sending} />
      <OptionFields values={options} onChange={setOptions} disabled={sending} />
      {preview && <PreviewCard state={preview} onCount={countAll} />}
      {sending ? (
        <div className="flex items-center gap-4">
          <div className="flex-1">
            <Progress value={state.total === 0 ? 0 : state.sent / state.total} label="Sending the file" />
            <p className="mt-1 text-[0.8125rem] text-muted tabular-nums">
              {bytes(state.sent)} of {bytes(state.total)} sent
            </p>
          </div>
          <Button onClick={stop}>Stop</Button>
        </div>
      ) : (
        <div>
          <Button type="submit" tone="primary" disabled={!file || !pool}>
            Import
          </Button>
        </div>
      )}
    </form>
  );
}
