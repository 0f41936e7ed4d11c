import { createReadableStreamFromReadable } from "@remix-run/node";
import { UserError } from "../errors";
import type { ChatRequest } from "./schema";
import { targetOf } from "./target.server";
import { ask } from "./upstream.server";

/**
 * Streams a model's answer as server-sent events in OpenAI's form, from an endpoint or a worker alike. The upstream
 * request ends when `signal` aborts, so a reader who leaves costs no more tokens. Throws UserError before the stream.
 */
export async function streamChat(request: ChatRequest, signal: AbortSignal): Promise<Response> {
  const target = await targetOf(request.modelId);
  const answer = await ask(
    target,
    "/chat/completions",
    {
      model: target.model,
      messages: request.messages,
      temperature: request.temperature,
      top_p: request.topP,
      max_tokens: request.maxTokens,
      stream: true,
      ...(request.seed === undefined ? {} : { seed: request.seed }),
    },
    signal,
  );
  if (!answer.headers["content-type"]?.startsWith("text/event-stream")) {
    answer.destroy();
    throw new UserError(`${target.name} does not stream; it answered ${answer.headers["content-type"] ?? "without a type"}.`);
  }
  return new Response(createReadableStreamFromReadable(answer), {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "private, no-store, no-transform",
      "X-Accel-Buffering": "no",
    },
  });
}
