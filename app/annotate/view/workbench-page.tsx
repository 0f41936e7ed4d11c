import { useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ToastPlace } from "../../ui/toast";
import { keepOfflineShell } from "../client/session";
import { useGuidelines } from "../client/use-guidelines";
import { useKeySettings, type StoredKeys } from "../client/use-key-settings";
import { readingAttributes, useReading } from "../client/use-reading";
import { useView } from "../client/use-view";
import { useWorkbench } from "../client/use-workbench";
import { ActionBar } from "./action-bar";
import { Banners } from "./banners";
import { NoPair } from "./empty-states";
import { GuidelinesPanel } from "./guidelines-panel";
import { Pairs } from "./pairs";
import { Toolbar } from "./toolbar";
import { useCommands } from "./use-commands";
import { useNarration } from "./use-narration";
import { type OpenDialog, WorkbenchDialogs } from "./workbench-dialogs";

type Props = { userId: string; isAdmin: boolean; stored: StoredKeys; seen: Record<string, number> };

/** The page on which annotators spend their day. */
export function WorkbenchPage({ userId, isAdmin, stored, seen }: Props) {
  const { settings, setSettings, keymap } = useKeySettings(stored);
  const bench = useWorkbench(userId, settings.rules.twice);
  const [view, toggle] = useView();
  const [reading, setReading] = useReading();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const comment = useCommentBox(bench.task?.pair.comparisonId);
  const heading = useRef<HTMLHeadingElement>(null);
  const pool = bench.task?.pair.pool ?? null;
  const guidelines = useGuidelines(pool, view.guidelines, seen);
  useNarration(bench, heading);
  useEffect(keepOfflineShell, []);
  useCommands({ bench, keymap, view, toggle, dialog, setDialog, comment });
  return (
    <main id="main" className="wb" {...readingAttributes(reading)}>
      <Toolbar
        ref={heading}
        bench={bench}
        keymap={keymap}
        view={view}
        onToggle={toggle}
        onOpen={setDialog}
        guidelinesNew={guidelines.news !== null}
      />
      <Banners bench={bench} />
      <div className="wb-body">
        {view.guidelines && pool && <GuidelinesPanel guidelines={guidelines} poolName={pool.name} onClose={() => toggle("guidelines")} />}
        {bench.task ? <Pairs bench={bench} view={view} keymap={keymap} toggle={toggle} /> : <Empty bench={bench} isAdmin={isAdmin} />}
      </div>
      <div className="wb-foot">
        <ToastPlace className="wb-toasts" />
        <ActionBar
          ref={comment.field}
          bench={bench}
          keymap={keymap}
          commentOpen={comment.open}
          onComment={comment.show}
          onSkip={() => setDialog("skip")}
          onFlag={() => setDialog("flag")}
        />
      </div>
      <WorkbenchDialogs bench={bench} dialog={dialog} close={() => setDialog(null)} {...{ settings, setSettings, reading, setReading }} />
    </main>
  );
}

const Empty = (props: Parameters<typeof NoPair>[0]) => (
  <div className="flex min-w-0 flex-1 flex-col justify-center">
    <NoPair {...props} />
  </div>
);

/** The comment field opens on request and closes with its pair. */
function useCommentBox(pairId: string | undefined) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [openFor, setOpenFor] = useState<string>();
  return useMemo(
    () => ({
      field,
      open: pairId !== undefined && openFor === pairId,
      show: () => {
        // At once: the next key is a letter of the comment, not a grade.
        flushSync(() => setOpenFor(pairId));
        field.current?.focus();
      },
      hide: () => setOpenFor(undefined),
    }),
    [pairId, openFor],
  );
}
