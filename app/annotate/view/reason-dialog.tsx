import { useEffect, useRef, useState } from "react";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Checkbox, FormError, TextArea } from "../../ui/field";
import { chordOf } from "../chord";
import { KeyCap } from "./key-cap";

type Props<R extends string> = {
  open: boolean;
  onClose: () => void;
  title: string;
  description: string;
  reasons: [R, string][];
  submit: string;
  /** Digits choose a reason. */
  digits: boolean;
  /** Label of a tick box beside the comment. */
  option?: string;
  /** Resolves to an error to show, or null when it is done. */
  onSubmit: (reason: R, comment: string, option: boolean) => Promise<string | null> | null;
};

/** Asks for one of several reasons. Enter sends. */
export function ReasonDialog<R extends string>(props: Props<R>) {
  return (
    <Dialog open={props.open} onOpenChange={(open) => !open && props.onClose()} title={props.title} description={props.description}>
      <ReasonForm {...props} />
    </Dialog>
  );
}

function ReasonForm<R extends string>({ reasons, submit, digits, option, onSubmit, onClose }: Props<R>) {
  const [reason, setReason] = useState<R | null>(null);
  const [comment, setComment] = useState("");
  const [ticked, setTicked] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  useDigits(form, (index) => digits && reasons[index] && setReason(reasons[index][0]));

  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!reason) return setError("Choose a reason first.");
    if (reason === "other" && comment.trim() === "") return setError("Say in a few words what it is.");
    const failed = await onSubmit(reason, comment, ticked);
    if (failed) setError(failed);
    else onClose();
  };
  return (
    <form ref={form} onSubmit={(event) => void send(event)} className="flex flex-col gap-3">
      <FormError>{error}</FormError>
      <Reasons reasons={reasons} digits={digits} value={reason} onChange={setReason} />
      <TextArea
        label="Comment"
        hint="Optional, unless it is something else."
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        maxLength={10_000}
      />
      {option && <Checkbox label={option} checked={ticked} onChange={(event) => setTicked(event.target.checked)} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary">
          {submit}
        </Button>
      </div>
    </form>
  );
}

function Reasons<R extends string>({
  reasons,
  digits,
  value,
  onChange,
}: {
  reasons: [R, string][];
  digits: boolean;
  value: R | null;
  onChange: (reason: R) => void;
}) {
  return (
    <fieldset className="flex flex-col">
      <legend className="mb-1 text-sm font-medium">Reason</legend>
      {reasons.map(([reason, label], index) => (
        <label
          key={reason}
          className="flex min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm hover:bg-raised has-checked:bg-accent-soft"
        >
          <input type="radio" name="reason" checked={value === reason} onChange={() => onChange(reason)} className="accent-accent" />
          <span className="flex-1">{label}</span>
          {digits && <KeyCap chord={String(index + 1)} />}
        </label>
      ))}
    </fieldset>
  );
}

function useDigits(form: React.RefObject<HTMLElement | null>, choose: (index: number) => void) {
  const latest = useRef(choose);
  latest.current = choose;
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      const writing = event.target instanceof HTMLTextAreaElement;
      const chord = chordOf(event) ?? "";
      if (writing || !form.current?.isConnected || !/^[1-9]$/.test(chord)) return;
      event.preventDefault();
      latest.current(Number(chord) - 1);
    };
    document.addEventListener("keydown", down);
    return () => document.removeEventListener("keydown", down);
  }, [form]);
}
