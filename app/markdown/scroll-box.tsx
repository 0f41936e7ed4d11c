import { useEffect, useRef, useState, type ReactNode } from "react";

/** A box that scrolls on its own. It is a tab stop only while there is something to scroll to. */
export function ScrollBox({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const overflows = useOverflow(box);
  const reachable = overflows ? { tabIndex: 0, role: "region", "aria-label": `${label}, scrolls` } : {};
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
    const measure = () => setOverflows(element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
    const observer = new ResizeObserver(measure);
    // What is inside may grow while the box stays as it is.
    for (const watched of [element, element.firstElementChild]) if (watched) observer.observe(watched);
    return () => observer.disconnect();
  }, [box]);
  return overflows;
}
