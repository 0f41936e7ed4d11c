import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
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

/** A modal window: focus stays in it, Escape closes it, and focus returns to where it was. */
export function Dialog({ open, onOpenChange, title, description, children, wide }: Props) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
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
