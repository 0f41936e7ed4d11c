import { useCallback, useRef, useState } from "react";
import { readDeltas } from "./read-stream";
import type { ChatRequest } from "./schema";

export type Turn = { role: "system" | "user" | "assistant"; content: string };
export type Chat = { turns: Turn[]; error: string | null; busy: boolean };

/** One conversation with one model. What was written stays when the stream breaks or is stopped. */
export function useChat() {
  const [chat, setChat] = useState<Chat>({ turns: [], error: null, busy: false });
  const running = useRef<AbortController | null>(null);
  const turns = useRef<Turn[]>([]);
  turns.current = chat.turns;

  const send = useCallback(async (settings: Omit<ChatRequest, "messages">, system: string, text: string) => {
    running.current?.abort();
    const stop = (running.current = new AbortController());
    const asked: Turn[] = [...turns.current.filter((turn) => turn.content !== ""), { role: "user", content: text }];
    setChat({ turns: [...asked, { role: "assistant", content: "" }], error: null, busy: true });
    try {
      const messages = system ? [{ role: "system", content: system }, ...asked] : asked;
      const body = JSON.stringify({ ...settings, messages });
      const response = await fetch("/admin/playground/stream", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
        signal: stop.signal,
      });
      if (!response.ok || !response.body) throw new Error(((await response.json()) as { error: string }).error);
      for await (const delta of readDeltas(response.body)) setChat((before) => append(before, delta));
      setChat((before) => ({ ...before, busy: false }));
    } catch (error) {
      const message = stop.signal.aborted ? null : (error as Error).message;
      setChat((before) => ({ ...before, busy: false, error: message }));
    }
  }, []);

  const stop = useCallback(() => running.current?.abort(), []);
  const clear = useCallback(() => {
    running.current?.abort();
    setChat({ turns: [], error: null, busy: false });
  }, []);
  return { chat, send, stop, clear };
}

function append(chat: Chat, delta: string): Chat {
  const last = chat.turns.at(-1);
  if (!last) return chat;
  return { ...chat, turns: [...chat.turns.slice(0, -1), { ...last, content: last.content + delta }] };
}
