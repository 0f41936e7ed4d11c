import { type ReactNode, useState } from "react";
import { Button } from "~/ui/button";
import { TextArea } from "~/ui/field";
import { ChatColumn, type Choice } from "./chat-column";
import { Decoding, type DecodingSettings, toRequest } from "./decoding";
import { useChat } from "./use-chat";

/** One or two conversations that are fed by the same box. */
export function Playground({ models, first, second }: { models: Choice[]; first?: string; second?: string }) {
  const fallback = (models.find(({ ready }) => ready) ?? models[0])?.id ?? "";
  const [left, setLeft] = useState(first ?? fallback);
  const [right, setRight] = useState(second ?? "");
  const [settings, setSettings] = useState<DecodingSettings>({ temperature: "0.8", topP: "1", maxTokens: "512", seed: "", system: "" });
  const [a, b] = [useChat(), useChat()];
  const busy = a.chat.busy || b.chat.busy;
  const send = (text: string) => {
    void a.send({ modelId: left, ...toRequest(settings) }, settings.system, text);
    if (right) void b.send({ modelId: right, ...toRequest(settings) }, settings.system, text);
  };
  const both = (work: "stop" | "clear") => [a, b].forEach((chat) => chat[work]());
  return (
    <div className="flex flex-col gap-4">
      <Decoding settings={settings} onChange={setSettings} />
      <div className={right ? "grid gap-4 lg:grid-cols-2" : "grid gap-4"}>
        <ChatColumn label="Model" models={models} value={left} onChange={setLeft} chat={a.chat} />
        {right && <ChatColumn label="Second model" models={models} value={right} onChange={setRight} chat={b.chat} optional />}
      </div>
      <MessageBox busy={busy} onSend={send} onStop={() => both("stop")} onClear={() => both("clear")}>
        {!right && <Button onClick={() => setRight(models.find(({ id }) => id !== left)?.id ?? left)}>Compare with a second model</Button>}
      </MessageBox>
    </div>
  );
}

type BoxProps = { busy: boolean; onSend: (text: string) => void; onStop: () => void; onClear: () => void; children: ReactNode };

function MessageBox({ busy, onSend, onStop, onClear, children }: BoxProps) {
  const [text, setText] = useState("");
  const send = () => {
    if (!text.trim() || busy) return;
    onSend(text);
    setText("");
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextArea
        label="Your message"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
        hint="Ctrl + Enter sends it."
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" tone="primary" disabled={busy}>
          Send
        </Button>
        {busy && <Button onClick={onStop}>Stop</Button>}
        <Button onClick={onClear}>Clear</Button>
        {children}
      </div>
    </form>
  );
}
