import { type ReactNode, createContext, useCallback, useContext, useState } from "react";

const AnnounceContext = createContext<(line: ReactNode) => void>(() => undefined);

/**
 * Says in one line, politely, what happened on the page and cannot be heard otherwise. Whatever takes the focus or is a
 * message (useToast) is heard by itself.
 */
export const useAnnounce = () => useContext(AnnounceContext);

/** Lines that stay in the region: a screen reader that is still speaking reads the later ones afterwards. */
const KEPT = 3;
let next = 1;

/** The only live region for what happens on a page. It is there from the start: one that comes with its text is often not read. */
export function AnnounceProvider({ children }: { children: ReactNode }) {
  const [lines, setLines] = useState<{ id: number; line: ReactNode }[]>([]);
  const announce = useCallback((line: ReactNode) => setLines((all) => [...all.slice(1 - KEPT), { id: next++, line }]), []);
  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <div className="sr-only" role="log" aria-live="polite" aria-label="What happened" data-testid="announcer">
        {lines.map(({ id, line }) => (
          <p key={id}>{line}</p>
        ))}
      </div>
    </AnnounceContext.Provider>
  );
}
