import { X } from "lucide-react";
import { Toast } from "radix-ui";
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { cx } from "./cx";

export type ToastMessage = {
  title: string;
  tone?: "ok" | "danger";
  action?: { label: string; hint?: string; run: () => void };
  ms?: number;
};
type Shown = ToastMessage & { id: number };

const ToastContext = createContext<(message: ToastMessage) => void>(() => undefined);

/** Shows a short message where the page has a place for it, else in the corner; screen readers hear it too. */
export const useToast = () => useContext(ToastContext);

const PlaceContext = createContext<(place: HTMLElement | null) => void>(() => undefined);

/**
 * Where messages stand on this page. It takes room of its own while there is one, so that a message never lies over what
 * the person needs next.
 */
export const ToastPlace = ({ className }: { className?: string }) => <div ref={useContext(PlaceContext)} className={className} />;

let next = 1;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const show = useCallback((message: ToastMessage) => setShown((all) => [...all.slice(-2), { ...message, id: next++ }]), []);
  const close = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const items = useMemo(() => shown.map((toast) => <Item key={toast.id} toast={toast} close={() => close(toast.id)} />), [shown, close]);
  return (
    <ToastContext.Provider value={show}>
      <Toast.Provider swipeDirection="right">
        <PlaceContext.Provider value={setPlace}>{children}</PlaceContext.Provider>
        {items}
        {place ? (
          createPortal(<Toast.Viewport className="flex flex-col items-end gap-1 empty:hidden" />, place)
        ) : (
          <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[22rem] max-w-[calc(100vw-2rem)] flex-col gap-2" />
        )}
      </Toast.Provider>
    </ToastContext.Provider>
  );
}

function Item({ toast, close }: { toast: Shown; close: () => void }) {
  return (
    <Toast.Root
      duration={toast.ms ?? 6000}
      onOpenChange={(open) => !open && close()}
      onEscapeKeyDown={(event) => {
        // This press has closed something; what lies behind it stays open.
        event.preventDefault();
        close();
      }}
      className={cx(
        "flex w-[22rem] max-w-full items-center gap-3 rounded-lg border bg-surface px-3 py-1.5 text-sm shadow-lg",
        toast.tone === "danger" ? "border-danger/50" : "border-line",
      )}
    >
      <Toast.Title className="min-w-0 flex-1">{toast.title}</Toast.Title>
      {toast.action && (
        <Toast.Action
          altText={toast.action.label}
          onClick={toast.action.run}
          className="rounded px-2 py-1 font-medium text-accent-text hover:bg-raised"
        >
          {toast.action.label} {toast.action.hint && <kbd className="ml-1 text-xs text-muted">{toast.action.hint}</kbd>}
        </Toast.Action>
      )}
      <Toast.Close aria-label="Dismiss" className="rounded p-1 text-muted hover:bg-raised hover:text-ink">
        <X size={14} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  );
}
