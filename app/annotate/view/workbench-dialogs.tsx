import { useToast } from "../../ui/toast";
import { call, CallError } from "../client/api";
import type { Reading } from "../client/use-reading";
import type { Workbench } from "../client/use-workbench";
import type { KeySettings } from "../keymap";
import { FLAG_LABELS, FLAG_REASONS, SKIP_LABELS, SKIP_REASONS, type FlagReason } from "../reasons";
import { KeysDialog } from "./keys-dialog";
import { ReadingDialog } from "./reading-dialog";
import { ReasonDialog } from "./reason-dialog";

export type OpenDialog = "keys" | "reading" | "skip" | "flag" | null;
type Props = {
  bench: Workbench;
  dialog: OpenDialog;
  close: () => void;
  settings: KeySettings;
  setSettings: (settings: KeySettings) => void;
  reading: Reading;
  setReading: (changes: Partial<Reading>) => void;
};

export function WorkbenchDialogs({ bench, dialog, close, settings, setSettings, reading, setReading }: Props) {
  const sendFlag = useFlag(bench);
  return (
    <>
      <KeysDialog
        open={dialog === "keys"}
        onClose={close}
        settings={settings}
        onSaved={(saved) => {
          setSettings(saved);
          close();
        }}
      />
      <ReadingDialog open={dialog === "reading"} onClose={close} reading={reading} onChange={setReading} />
      <ReasonDialog
        open={dialog === "skip" && bench.task !== null}
        onClose={close}
        title="Skip this pair"
        description="It is not offered to you again, and somebody else gets it. You can take the skip back right after."
        reasons={SKIP_REASONS.filter((reason) => reason !== "flagged").map((reason) => [reason, SKIP_LABELS[reason]])}
        submit="Skip"
        digits={settings.rules.single}
        onSubmit={(reason, comment) => {
          bench.skip(reason, comment);
          return null;
        }}
      />
      <ReasonDialog
        open={dialog === "flag" && bench.task !== null}
        onClose={close}
        title="Flag this pair"
        description="An admin will look at it."
        reasons={FLAG_REASONS.map((reason) => [reason, FLAG_LABELS[reason]])}
        submit="Flag"
        digits={settings.rules.single}
        option="Skip it as well"
        onSubmit={sendFlag}
      />
    </>
  );
}

/** A flag goes out at once, so that the dialog can say what is wrong with it. The skip that may come with it can be undone like any other. */
function useFlag({ task, skip }: Workbench) {
  const toast = useToast();
  return async (reason: FlagReason, comment: string, alsoSkip: boolean): Promise<string | null> => {
    if (!task) return null;
    const { comparisonId, leaseId } = task.pair;
    try {
      const { flagId } = await call("flag", { comparisonId, leaseId, reason, comment, skip: false });
      if (alsoSkip) skip("flagged", comment);
      const takeBack = () =>
        void call("undo", { kind: "flag", flagId }).catch(() => toast({ title: "The flag could not be taken back.", tone: "danger" }));
      toast({ title: "Flagged for an admin.", action: { label: "Take back", run: takeBack } });
      return null;
    } catch (error) {
      if (error instanceof CallError) return error.message;
      throw error;
    }
  };
}
