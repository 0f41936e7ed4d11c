import { type AppLoadContext, createReadableStreamFromReadable, createRequestHandler, type ServerBuild } from "@remix-run/node";
import type { Request as Incoming, RequestHandler, Response as Outgoing } from "express";
import { env } from "../env.server";

/**
 * Lets Remix answer. Its own adapter for Express writes without waiting for the reader, so that a checkpoint of
 * gigabytes would lie in memory until a slow worker has fetched it, and it goes on reading when the reader has left.
 */
export function remixHandler(build: ServerBuild, context: (request: Incoming, response: Outgoing) => AppLoadContext): RequestHandler {
  const answer = createRequestHandler(build, env.NODE_ENV === "development" ? "development" : "production");
  return async (request, response, next) => {
    const address = addressOf(request);
    if (!address) return void response.status(400).json({ error: "The address of this request cannot be read." });
    try {
      await send(await answer(toRequest(address, request, response), context(request, response)), response);
    } catch (error) {
      next(error);
    }
  };
}

/** The request as the web has it. Its signal aborts when the reader leaves before the answer is whole. */
function toRequest(address: URL, incoming: Incoming, outgoing: Outgoing): Request {
  const left = new AbortController();
  outgoing.once("close", () => outgoing.writableFinished || left.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) for (const one of [value ?? []].flat()) headers.append(name, one);
  const init: RequestInit & { duplex?: "half" } = { method: incoming.method, headers, signal: left.signal };
  if (incoming.method !== "GET" && incoming.method !== "HEAD") {
    init.body = createReadableStreamFromReadable(incoming);
    init.duplex = "half";
  }
  return new Request(address, init);
}

/** What the browser asked for; a proxy's word counts only where proxies are believed. */
function addressOf(incoming: Incoming): URL | undefined {
  const forwarded = env.TIEBREAK_TRUST_PROXY > 0 ? incoming.get("X-Forwarded-Host")?.split(",")[0]?.trim() : undefined;
  const text = `${incoming.protocol}://${forwarded ?? incoming.get("Host") ?? "localhost"}${incoming.originalUrl}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

async function send(answer: Response, outgoing: Outgoing): Promise<void> {
  outgoing.status(answer.status);
  for (const [name, value] of answer.headers) outgoing.append(name, value);
  const reader = answer.body?.getReader();
  if (!reader) return void outgoing.end();
  // Once for all: the listeners that compression moves to its own stream cannot be taken off again.
  let goOn = () => {};
  outgoing.on("drain", () => goOn());
  outgoing.once("close", () => {
    // The source may have failed already; there is nobody left to tell.
    reader.cancel().catch(() => undefined);
    goOn();
  });
  try {
    for (let part = await reader.read(); !part.done && !outgoing.destroyed; part = await reader.read()) {
      const full = !outgoing.write(part.value);
      outgoing.flush();
      if (full && !outgoing.destroyed) await new Promise<void>((resolve) => (goOn = resolve));
    }
    outgoing.end();
  } catch (error) {
    outgoing.destroy();
    throw error;
  }
}
