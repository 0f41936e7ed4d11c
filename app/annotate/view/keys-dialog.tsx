import { useRef, useState } from "react";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Checkbox, FormError } from "../../ui/field";
import { chordOf, keyLabel } from "../chord";
import { savePreferences } from "../client/preferences-api";
import {
  ACTIONS,
  ALT_KEYMAP,
  changedKeys,
  conflicts,
  DEFAULT_KEYMAP,
  FIXED,
  type ActionId,
  type Keymap,
  type KeyRules,
  type KeySettings,
} from "../keymap";

type Props = { open: boolean; onClose: () => void; settings: KeySettings; onSaved: (settings: KeySettings) => void };

/** All keys of the workbench, and the place to change them. */
export function KeysDialog({ open, onClose, settings, onSaved }: Props) {
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={(now) => !now && onClose()}
      title="Keys"
      description="Every key works wherever you are on the page, except while you write."
    >
      <KeysForm settings={settings} onSaved={onSaved} />
    </Dialog>
  );
}

function KeysForm({ settings, onSaved }: Pick<Props, "settings" | "onSaved">) {
  const [draft, setDraft] = useState(settings.keymap);
  const [rules, setRules] = useState(settings.rules);
  const [changing, setChanging] = useState<ActionId | null>(null);
  const [error, setError] = useState<string | null>(null);
  const form = useRef<HTMLDivElement>(null);
  const clashes = conflicts(draft);
  const save = async () => {
    if (clashes.size > 0) return form.current?.querySelector<HTMLElement>("[data-clash='true']")?.focus();
    const failed = await savePreferences({ keys: changedKeys(draft), keyRules: rules });
    setError(failed);
    if (!failed) onSaved({ keymap: draft, rules });
  };
  const [left, setLeft] = useState<{ id: ActionId; chord: string } | null>(null);
  const set = (id: ActionId, chord: string) => {
    setLeft({ id, chord: draft[id] });
    setDraft((before) => ({ ...before, [id]: chord }));
    setChanging(null);
  };
  const other = left && clashes.get(draft[left.id])?.find((id) => id !== left.id);
  // The key that the changed action had until now is free.
  const swap = other && left.chord !== draft[left.id] ? () => setDraft((before) => ({ ...before, [other]: left.chord })) : null;
  return (
    <div ref={form} className="flex flex-col gap-4">
      <FormError>{error}</FormError>
      <Rules rules={rules} onChange={setRules} />
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {["Grade", "Answer", "View"].map((group) => (
          <KeyGroup key={group} group={group} {...{ draft, changing, clashes, set, setChanging }} />
        ))}
        <FixedKeys />
      </div>
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-surface px-5 py-3">
        <Clash clashes={clashes} swap={swap} />
        <Button onClick={() => setDraft(DEFAULT_KEYMAP)}>Standard keys</Button>
        <Button onClick={() => setDraft(ALT_KEYMAP)}>All with Alt</Button>
        <Button tone="primary" aria-disabled={clashes.size > 0} onClick={() => void save()}>
          Save keys
        </Button>
      </div>
    </div>
  );
}

function Clash({ clashes, swap }: { clashes: Map<string, ActionId[]>; swap: (() => void) | null }) {
  const [first] = [...clashes.entries()];
  const names = first?.[1].map((id) => `“${ACTIONS.find((action) => action.id === id)?.label}”`);
  return (
    <div className="mr-auto flex min-w-0 flex-1 items-center gap-2">
      <p className="min-w-0 text-sm text-danger" role="status">
        {first && names && `${names.join(" and ")} have the same key, ${keyLabel(first[0])}.`}
      </p>
      {first && swap && (
        <Button size="small" onClick={swap}>
          Swap
        </Button>
      )}
    </div>
  );
}

function Rules({ rules, onChange }: { rules: KeyRules; onChange: (rules: KeyRules) => void }) {
  return (
    <div className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
      <Checkbox
        label="Single keys act"
        hint="Off, only keys with Alt, F keys and Enter do, so that nothing said or touched by accident grades."
        checked={rules.single}
        onChange={(event) => onChange({ ...rules, single: event.target.checked })}
      />
      <Checkbox
        label="The same grade again confirms"
        hint="Off, only the key and the button for Confirm do."
        checked={rules.twice}
        onChange={(event) => onChange({ ...rules, twice: event.target.checked })}
      />
    </div>
  );
}

type GroupProps = {
  group: string;
  draft: Keymap;
  changing: ActionId | null;
  clashes: Map<string, ActionId[]>;
  set: (id: ActionId, chord: string) => void;
  setChanging: (id: ActionId | null) => void;
};

function KeyGroup({ group, draft, changing, clashes, set, setChanging }: GroupProps) {
  return (
    <section aria-label={group}>
      <h3 className="mb-1 text-xs font-semibold text-muted">{group}</h3>
      <ul>
        {ACTIONS.filter((action) => action.group === group).map(({ id, label }) => (
          <li key={id} className="flex min-h-8 items-center justify-between gap-3 text-sm">
            <span>{label}</span>
            <KeyButton
              label={label}
              chord={draft[id]}
              changing={changing === id}
              clash={clashes.has(draft[id])}
              onStart={() => setChanging(id)}
              onChord={(chord) => set(id, chord)}
              onCancel={() => setChanging(null)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

type KeyButtonProps = {
  label: string;
  chord: string;
  changing: boolean;
  clash: boolean;
  onStart: () => void;
  onChord: (chord: string) => void;
  onCancel: () => void;
};

/** Shows a key; pressed, it waits for the new one. Tab leaves it as it was. */
function KeyButton({ label, chord, changing, clash, onStart, onChord, onCancel }: KeyButtonProps) {
  const capture = (event: React.KeyboardEvent) => {
    if (!changing || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const pressed = event.key === "Escape" ? null : chordOf(event.nativeEvent);
    if (event.key === "Escape") onCancel();
    else if (pressed) onChord(pressed);
  };
  return (
    <button
      type="button"
      onClick={onStart}
      onKeyDown={capture}
      onBlur={() => changing && onCancel()}
      data-clash={clash}
      aria-label={changing ? `Press a key for: ${label}` : `${label}: ${keyLabel(chord)}. Change`}
      className={`min-h-7 min-w-16 rounded-md border px-2 text-xs font-semibold ${clash ? "border-danger bg-danger-soft text-danger" : changing ? "border-accent bg-accent-soft text-accent-text" : "border-line-strong/60 hover:bg-raised"}`}
    >
      {changing ? "Press a key" : keyLabel(chord)}
    </button>
  );
}

function FixedKeys() {
  return (
    <section aria-label="Always the same">
      <h3 className="mb-1 text-xs font-semibold text-muted">Always the same</h3>
      <ul>
        {FIXED.map(({ key, label }) => (
          <li key={key} className="flex min-h-8 items-center justify-between gap-3 text-sm">
            <span>{label}</span>
            <span className="text-xs font-semibold whitespace-nowrap text-muted">{keyLabel(key)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
