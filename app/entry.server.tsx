import { PassThrough } from "node:stream";
import { type AppLoadContext, type EntryContext, createReadableStreamFromReadable } from "@remix-run/node";
import { RemixServer, isRouteErrorResponse } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { UserError } from "./errors";
import { log } from "./log.server";
import { NonceContext } from "./shell/nonce";

export const streamTimeout = 10_000;

export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
  { cspNonce }: AppLoadContext,
) {
  const nonce = cspNonce as string | undefined;
  // A crawler or a test that reads the HTML wants it whole; a person wants its head at once.
  const ready = isbot(request.headers.get("user-agent")) ? "onAllReady" : "onShellReady";
  const page = (
    <NonceContext.Provider value={nonce ?? ""}>
      <RemixServer context={context} url={request.url} nonce={nonce} />
    </NonceContext.Provider>
  );
  return new Promise<Response>((resolve, reject) => {
    const { pipe, abort } = renderToPipeableStream(page, {
      nonce,
      [ready]() {
        const body = new PassThrough();
        headers.set("Content-Type", "text/html; charset=utf-8");
        resolve(new Response(createReadableStreamFromReadable(body), { headers, status }));
        pipe(body);
      },
      onShellError: reject,
      onError: (error: unknown) => log.error({ err: error }, "A page failed to render"),
    });
    setTimeout(abort, streamTimeout + 1000).unref();
  });
}

/** Expected refusals are not logged as failures, nor addresses that do not exist: anybody can ask for any number of them. */
export function handleError(error: unknown, { request }: { request: Request }) {
  if (request.signal.aborted || error instanceof UserError) return;
  if (isRouteErrorResponse(error) && error.status < 500) return;
  log.error({ err: error, method: request.method, path: new URL(request.url).pathname }, "A request failed");
}
