import path from "node:path";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type ErrorRequestHandler, type Express } from "express";
import { env } from "../env.server";
import { measure } from "./metrics.server";
import { sameOriginOnly, securityHeaders, withNonce } from "./security.server";

/** The web application: headers and checks first, files next, then Remix. */
export function createApp(build: ServerBuild): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", env.TIEBREAK_TRUST_PROXY);
  app.use(measure, withNonce, securityHeaders, sameOriginOnly);
  // Streams must reach the browser piece by piece, so they are not held back to be compressed.
  app.use(
    compression({
      filter: (request, response) =>
        !String(response.getHeader("Content-Type")).startsWith("text/event-stream") && compression.filter(request, response),
    }),
  );
  app.use("/build", express.static(path.resolve("public/build"), { immutable: true, maxAge: "1y", fallthrough: false }));
  app.use(express.static(path.resolve("public"), { maxAge: "1h" }));
  app.use(
    createRequestHandler({
      build,
      mode: env.NODE_ENV === "development" ? "development" : "production",
      getLoadContext: (request, response) => ({ cspNonce: response.locals.cspNonce as string, clientIp: request.ip }),
    }),
  );
  app.use(readerLeft);
  return app;
}

/** A stream that broke because its reader left the page is no error. */
const readerLeft: ErrorRequestHandler = (error, _request, response, next) => {
  if (!response.closed) next(error);
};
