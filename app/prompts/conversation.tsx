import { useState } from "react";
import { Document } from "../markdown/document";
import { Button } from "../ui/button";
import { Card } from "../ui/page";
import type { Message } from "./schema";

const SPEAKERS: Record<Message["role"], string> = {
  system: "System",
  developer: "Developer",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
};

/** A prompt as the conversation that it is. */
export function Conversation({ messages, language }: { messages: Message[]; language: string }) {
  const [raw, setRaw] = useState(false);
  return (
    <Card
      title="Prompt"
      actions={
        <Button size="small" tone="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? "Rendered" : "Raw text"}
        </Button>
      }
    >
      <ol className="flex flex-col gap-4">
        {messages.map(({ role, content }, index) => (
          <li key={index} className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-3 max-sm:grid-cols-1 max-sm:gap-1">
            <span className="pt-0.5 text-[0.8125rem] font-medium text-muted">{SPEAKERS[role]}</span>
            <Document language={language} source={content} raw={raw} label={`message ${index + 1}`} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
