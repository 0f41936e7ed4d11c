import { Select } from "~/ui/field";
import { cx } from "~/ui/cx";
import type { Chat } from "./use-chat";

export type Choice = { id: string; name: string; ready: boolean };
type Props = { label: string; models: Choice[]; value: string; onChange: (id: string) => void; chat: Chat; optional?: boolean };

/** A model to choose and what was said with it. */
export function ChatColumn({ label, models, value, onChange, chat, optional }: Props) {
  return (
    <section aria-label={label} className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <Select label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {optional && <option value="">None</option>}
        {models.map((model) => (
          <option key={model.id} value={model.id}>
            {model.name}
            {model.ready ? "" : " (nobody serves it now)"}
          </option>
        ))}
      </Select>
      <div aria-live="polite" aria-busy={chat.busy} className="flex min-h-40 flex-col gap-3">
        {chat.turns.map((turn, index) => (
          <div key={index} className={cx("rounded-md px-3 py-2 text-sm", turn.role === "user" ? "bg-accent-soft" : "bg-raised")}>
            <div className="mb-1 text-xs font-semibold text-muted">{turn.role === "user" ? "You" : "Model"}</div>
            <div className="break-words whitespace-pre-wrap">{turn.content || (chat.busy ? "…" : "(nothing)")}</div>
          </div>
        ))}
        {chat.turns.length === 0 && <p className="text-sm text-muted">Nothing said yet.</p>}
        {chat.error && (
          <p role="alert" className="rounded-md border border-danger/40 bg-danger-soft px-3 py-2 text-sm text-danger">
            {chat.error}
          </p>
        )}
      </div>
    </section>
  );
}
