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
    const address = response.locals.address as URL;
    try {
      const answered = await answer(toRequest(address, request, response), context(request, response));
      if (address.protocol === "https:") secureCookies(answered);
      await send(answered, response);
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
  // Remix compares them with Origin once more, and knows nothing of proxies that rewrite them.
  headers.set("Host", address.host);
  headers.delete("X-Forwarded-Host");
  const init: RequestInit & { duplex?: "half" } = { method: incoming.method, headers, signal: left.signal };
  if (incoming.method !== "GET" && incoming.method !== "HEAD") {
    init.body = createReadableStreamFromReadable(incoming);
    init.duplex = "half";
  }
  return new Request(address, init);
}

/** A cookie that came over TLS goes over TLS only. Here, because only the request tells which of an instance's addresses it came to. */
function secureCookies({ headers }: Response): void {
  const cookies = headers.getSetCookie();
  headers.delete("Set-Cookie");
  for (const cookie of cookies) headers.append("Set-Cookie", /; *Secure *(;|$)/i.test(cookie) ? cookie : `${cookie}; Secure`);
}

async function send(answer: Response, outgoing: Outgoing): Promise<void> {
  outgoing.status(answer.status);
  if (answer.headers.has("Cache-Control")) outgoing.removeHeader("Cache-Control");
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
