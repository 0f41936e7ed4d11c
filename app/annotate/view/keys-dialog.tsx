import { useState } from "react";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { FormError } from "../../ui/field";
import { savePreferences } from "../client/preferences-api";
import { ACTIONS, changedKeys, chordOf, conflicts, DEFAULT_KEYMAP, FIXED, keyLabel, type ActionId, type Keymap } from "../keymap";

type Props = { open: boolean; onClose: () => void; keymap: Keymap; onSaved: (keymap: Keymap) => void };

/** All keys of the workbench, and the place to change them. */
export function KeysDialog({ open, onClose, keymap, onSaved }: Props) {
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={(now) => !now && onClose()}
      title="Keys"
      description="Every key works wherever you are on the page, except while you write."
    >
      <KeysForm keymap={keymap} onSaved={onSaved} />
    </Dialog>
  );
}

function KeysForm({ keymap, onSaved }: Pick<Props, "keymap" | "onSaved">) {
  const [draft, setDraft] = useState(keymap);
  const [changing, setChanging] = useState<ActionId | null>(null);
  const [error, setError] = useState<string | null>(null);
  const clashes = conflicts(draft);
  const changed = ACTIONS.some(({ id }) => draft[id] !== keymap[id]);
  const save = async () => {
    const failed = await savePreferences({ keys: changedKeys(draft) });
    setError(failed);
    if (!failed) onSaved(draft);
  };
  const set = (id: ActionId, chord: string) => {
    setDraft((before) => ({ ...before, [id]: chord }));
    setChanging(null);
  };
  return (
    <div className="flex flex-col gap-4">
      <FormError>{error}</FormError>
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {["Grade", "Answer", "View"].map((group) => (
          <KeyGroup key={group} group={group} {...{ draft, changing, clashes, set, setChanging }} />
        ))}
        <FixedKeys />
      </div>
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line pt-3">
        <p className="mr-auto text-sm text-danger" role="status">
          {clashes.size > 0 && "Two actions have the same key. Give one of them another."}
        </p>
        <Button onClick={() => setDraft(DEFAULT_KEYMAP)}>Back to the standard keys</Button>
        <Button tone="primary" disabled={!changed || clashes.size > 0} onClick={() => void save()}>
          Save keys
        </Button>
      </div>
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
      aria-label={changing ? `Press the new key for: ${label}` : `${label}: ${keyLabel(chord)}. Change`}
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
