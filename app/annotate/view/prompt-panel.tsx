import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { Document } from "../../markdown/document";
import { plural } from "../../ui/number";
import type { Message } from "../schema";
import { scrollRegion } from "./scroll-region";

type Props = { messages: Message[]; language: string; raw: boolean; folded: boolean; onFold: () => void; foldKey: string | undefined };

/** What the models were asked: the whole conversation with its roles. */
export function PromptPanel({ messages, language, raw, folded, onFold, foldKey }: Props) {
  const id = useId();
  const turns = messages.filter((message) => message.role === "user").length;
  const Icon = folded ? ChevronRight : ChevronDown;
  return (
    <section className="wb-panel wb-prompt" aria-labelledby={id}>
      <div className="wb-panel-head">
        <h2 id={id} className="text-sm font-semibold">
          <button
            type="button"
            aria-expanded={!folded}
            aria-keyshortcuts={foldKey}
            onClick={onFold}
            className="flex min-h-7 items-center gap-1 rounded pr-1.5 hover:bg-raised"
          >
            <Icon size={15} aria-hidden /> Prompt
          </button>
        </h2>
        {turns > 1 && <span className="text-xs text-muted">{plural(turns, "turn")}</span>}
        {folded && (
          <p className="min-w-0 flex-1 truncate text-sm text-muted" lang={language} dir="auto">
            {messages.at(-1)?.content}
          </p>
        )}
      </div>
      {!folded && (
        <div className="wb-text wb-scroll flex flex-col gap-3" lang={language} {...scrollRegion("Prompt")}>
          {messages.map((message, index) => (
            <Turn key={index} message={message} raw={raw} alone={messages.length === 1} />
          ))}
        </div>
      )}
    </section>
  );
}

const ROLE_NAMES: Record<string, string> = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

function Turn({ message: { role, content }, raw, alone }: { message: Message; raw: boolean; alone: boolean }) {
  const name = ROLE_NAMES[role] ?? role;
  const text = <Document source={content} raw={raw} label="the prompt" />;
  if (role === "system") return <SystemTurn name={name}>{text}</SystemTurn>;
  if (alone) return <div>{text}</div>;
  return (
    <div className={role === "assistant" ? "border-l-2 border-line-strong pl-3" : "border-l-2 border-accent pl-3"}>
      <h3 className="mb-0.5 text-xs font-semibold text-muted">{name}</h3>
      {text}
    </div>
  );
}

function SystemTurn({ name, children }: { name: string; children: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <div className="rounded-md border border-line bg-canvas px-3 py-1.5">
      <h3 className="text-xs font-semibold text-muted">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-h-6 items-center gap-1">
          <Icon size={14} aria-hidden /> {name} prompt
        </button>
      </h3>
      {open && <div className="pt-1.5 pb-1 text-sm">{children}</div>}
    </div>
  );
}
