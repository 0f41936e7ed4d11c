import { useEffect, useRef, useState, type ReactNode } from "react";

/** A box that scrolls sideways on its own. It is a tab stop only while there is something to scroll to. */
export function ScrollBox({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const overflows = useOverflow(box);
  const reachable = overflows ? { tabIndex: 0, role: "region", "aria-label": `${label}, scrolls sideways` } : {};
  return (
    <div ref={box} className={className} {...reachable}>
      {children}
    </div>
  );
}

function useOverflow(box: React.RefObject<HTMLDivElement | null>): boolean {
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setOverflows(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return overflows;
}
