import { Check, Copy } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { classes, type Element } from "./plugins";
import { ScrollBox } from "./scroll-box";

/** A fenced code block with its language, a copy button and a scroll box of its own. */
export function CodeBlock({ node, children }: { node?: Element; children?: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const language = languageOf(node);
  return (
    <div className="md-code" dir="ltr">
      <div className="md-code-head">
        <span>{language || "code"}</span>
        <CopyButton text={() => box.current?.querySelector("code")?.textContent ?? ""} />
      </div>
      <div ref={box}>
        <ScrollBox label={`Code${language ? ` in ${language}` : ""}`} className="md-code-scroll">
          <pre>{children}</pre>
        </ScrollBox>
      </div>
    </div>
  );
}

function languageOf(node: Element | undefined): string {
  const code = node?.children.find((child): child is Element => child.type === "element" && child.tagName === "code");
  return (
    classes(code)
      .find((name) => name.startsWith("language-"))
      ?.slice("language-".length) ?? ""
  );
}

function CopyButton({ text }: { text: () => string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const copy = async () => {
    const copied = await copyText(text());
    setState(copied ? "copied" : "failed");
    setTimeout(() => setState("idle"), 2_000);
  };
  const Icon = state === "copied" ? Check : Copy;
  return (
    <button type="button" onClick={() => void copy()} className="md-copy">
      <Icon aria-hidden className="md-copy-icon" />
      <span aria-live="polite">{state === "copied" ? "Copied" : state === "failed" ? "Copying is not allowed here" : "Copy"}</span>
    </button>
  );
}

/** The clipboard exists only in secure contexts; a plain-HTTP address on a local network has none. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
