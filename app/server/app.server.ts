import { createServer, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import type { ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { env } from "../env.server";
import { log } from "../log.server";
import { measure } from "./metrics.server";
import { remixHandler } from "./remix.server";
import { knownHostOnly, sameOriginOnly } from "./address.server";
import { privateAnswers, securityHeaders, withNonce } from "./security.server";

/** The web application: headers and checks first, files next, then Remix. */
export function createApp(build: ServerBuild, bodyMs = 30_000): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", env.TIEBREAK_TRUST_PROXY);
  // An error that reaches Express is shown with its stack unless this says production.
  app.set("env", env.NODE_ENV === "development" ? "development" : "production");
  app.use(measure(areasOf(build)), withNonce, securityHeaders, privateAnswers, bodyWithin(bodyMs), knownHostOnly, sameOriginOnly);
  // Streams must reach the browser piece by piece, so they are not held back to be compressed.
  app.use(
    compression({
      filter: (request, response) =>
        !String(response.getHeader("Content-Type")).startsWith("text/event-stream") && compression.filter(request, response),
    }),
  );
  const setHeaders = (response: ServerResponse) => response.removeHeader("Cache-Control");
  app.use("/build", express.static(path.resolve("public/build"), { immutable: true, maxAge: "1y", fallthrough: false, setHeaders }));
  const files = express.static(path.resolve("public"), { maxAge: "1h", setHeaders });
  // Every file has an ending, so a page need not wait for a look at the disk.
  app.use((request, response, next) => (request.path.includes(".") ? files(request, response, next) : next()));
  app.use(remixHandler(build, (request, response) => ({ cspNonce: response.locals.cspNonce as string, clientIp: request.ip })));
  app.use(failed);
  return app;
}

/**
 * What neither Remix nor a file could answer. A stream that broke because its reader left the page is no error, and an address
 * that cannot be decoded or a file that is not there is the caller's. Express's own handler would write a stack of many lines.
 */
const failed: ErrorRequestHandler = (error: { status?: number }, request, response, _next) => {
  if (response.closed) return;
  const status = error.status !== undefined && error.status >= 400 && error.status < 500 ? error.status : 500;
  if (status === 500) log.error({ err: error, method: request.method, path: request.path }, "A request failed");
  if (response.headersSent) return void response.destroy();
  response.status(status).json({
    error:
      status === 404
        ? "There is nothing at this address."
        : status === 500
          ? "Something went wrong on the server. It was logged; try again."
          : "This request cannot be read.",
  });
};

/** Node gives a whole request five minutes; an upload of gigabytes over a slow line takes hours. Headers keep their minute. */
const LONGEST_UPLOAD_MS = 24 * 3_600_000;

/** Far more than people and their browsers hold open, and fewer than would use up memory and file descriptors. */
const MOST_CONNECTIONS = 4000;

export function listen(app: Express, port: number, host: string): Server {
  const server = createServer({ requestTimeout: LONGEST_UPLOAD_MS }, app);
  server.maxConnections = MOST_CONNECTIONS;
  return server.listen(port, host);
}

const UPLOADS = /^\/(admin\/imports\/(upload|preview)|api\/v1\/imports|api\/worker\/v1\/artifacts\/)/;

/** Whoever sends what is no file, and takes longer over it, keeps a connection open for nothing. */
export const bodyWithin =
  (ms: number): RequestHandler =>
  (request, response, next) => {
    if (UPLOADS.test(request.path)) return next();
    const timer = setTimeout(() => request.complete || request.socket.destroy(), ms);
    response.once("close", () => clearTimeout(timer));
    next();
  };

/** What addresses begin with: the first segment of every route. */
const areasOf = ({ routes }: ServerBuild): Set<string> =>
  new Set(["home", "build", ...Object.values(routes).flatMap((route) => route?.path?.split("/")[0] ?? [])]);
