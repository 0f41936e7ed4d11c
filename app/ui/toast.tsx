import { X } from "lucide-react";
import { Toast } from "radix-ui";
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from "react";
import { cx } from "./cx";

export type ToastMessage = {
  title: string;
  tone?: "ok" | "danger";
  action?: { label: string; hint?: string; run: () => void };
  ms?: number;
};
type Shown = ToastMessage & { id: number };

const ToastContext = createContext<(message: ToastMessage) => void>(() => undefined);

/** Shows a short message in the corner; screen readers hear it too. */
export const useToast = () => useContext(ToastContext);

let next = 1;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const show = useCallback((message: ToastMessage) => setShown((all) => [...all.slice(-2), { ...message, id: next++ }]), []);
  const close = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const items = useMemo(() => shown.map((toast) => <Item key={toast.id} toast={toast} close={() => close(toast.id)} />), [shown, close]);
  return (
    <ToastContext.Provider value={show}>
      <Toast.Provider swipeDirection="right">
        {children}
        {items}
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[22rem] max-w-[calc(100vw-2rem)] flex-col gap-2" />
      </Toast.Provider>
    </ToastContext.Provider>
  );
}

function Item({ toast, close }: { toast: Shown; close: () => void }) {
  return (
    <Toast.Root
      duration={toast.ms ?? 6000}
      onOpenChange={(open) => !open && close()}
      className={cx(
        "flex items-center gap-3 rounded-lg border bg-surface px-4 py-3 text-sm shadow-lg",
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
