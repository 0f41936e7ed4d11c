import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { pageHeading } from "../shell/focus";
import { Button } from "./button";
import { cx } from "./cx";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  wide?: boolean;
};

/** A modal window: focus stays in it, Escape closes it, and focus returns to what opened it. */
export function Dialog({ open, onOpenChange, title, description, children, wide }: Props) {
  const giveBack = useGiveBack(open);
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            giveBack();
          }}
          className={cx(
            "fixed top-1/2 left-1/2 z-40 max-h-[85dvh] w-[calc(100vw-2rem)] -translate-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-xl",
            wide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <div>
              <Primitive.Title className="text-base font-semibold">{title}</Primitive.Title>
              {description && <Primitive.Description className="mt-1 text-sm text-muted">{description}</Primitive.Description>}
            </div>
            <Primitive.Close className="rounded p-1 text-muted hover:bg-raised hover:text-ink" aria-label="Close">
              <X size={16} aria-hidden />
            </Primitive.Close>
          </div>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/**
 * Remembers what had the focus when a dialog opened, and gives it back. Where it is gone by then, or the page has another
 * heading, since what the dialog was about has left the screen, the heading gets the focus.
 */
function useGiveBack(open: boolean) {
  const opened = useRef<{ by: Element | null; on: Element | null } | null>(null);
  // While rendering: fields of the dialog take the focus as soon as they are there.
  if (open) opened.current ??= { by: document.activeElement, on: pageHeading() };
  return () => {
    const { by, on } = opened.current ?? { by: null, on: null };
    opened.current = null;
    const heading = pageHeading();
    const still = by instanceof HTMLElement && by.isConnected && by !== document.body && on === heading;
    (still ? by : heading)?.focus({ preventScroll: true });
  };
}

/** Asks before something that cannot be taken back at once. */
export function ConfirmDialog({
  confirm,
  tone = "danger",
  onConfirm,
  ...rest
}: Props & { confirm: string; tone?: "danger" | "primary"; onConfirm: () => void }) {
  return (
    <Dialog {...rest}>
      {rest.children}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => rest.onOpenChange(false)}>Cancel</Button>
        <Button
          tone={tone}
          onClick={() => {
            onConfirm();
            rest.onOpenChange(false);
          }}
        >
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
