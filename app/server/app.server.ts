import { createServer, type Server } from "node:http";
import path from "node:path";
import type { ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type ErrorRequestHandler, type Express } from "express";
import { env } from "../env.server";
import { measure } from "./metrics.server";
import { remixHandler } from "./remix.server";
import { sameOriginOnly, securityHeaders, withNonce } from "./security.server";

/** The web application: headers and checks first, files next, then Remix. */
export function createApp(build: ServerBuild): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", env.TIEBREAK_TRUST_PROXY);
  // An error that reaches Express is shown with its stack unless this says production.
  app.set("env", env.NODE_ENV === "development" ? "development" : "production");
  app.use(measure(areasOf(build)), withNonce, securityHeaders, sameOriginOnly);
  // Streams must reach the browser piece by piece, so they are not held back to be compressed.
  app.use(
    compression({
      filter: (request, response) =>
        !String(response.getHeader("Content-Type")).startsWith("text/event-stream") && compression.filter(request, response),
    }),
  );
  app.use("/build", express.static(path.resolve("public/build"), { immutable: true, maxAge: "1y", fallthrough: false }));
  const files = express.static(path.resolve("public"), { maxAge: "1h" });
  // Every file has an ending, so a page need not wait for a look at the disk.
  app.use((request, response, next) => (request.path.includes(".") ? files(request, response, next) : next()));
  app.use(remixHandler(build, (request, response) => ({ cspNonce: response.locals.cspNonce as string, clientIp: request.ip })));
  app.use(readerLeft);
  return app;
}

/** A stream that broke because its reader left the page is no error. */
const readerLeft: ErrorRequestHandler = (error, _request, response, next) => {
  if (!response.closed) next(error);
};

/** Node gives a whole request five minutes; an upload of gigabytes over a slow line takes hours. Headers keep their minute. */
const LONGEST_UPLOAD_MS = 24 * 3_600_000;

export const listen = (app: Express, port: number, host: string): Server =>
  createServer({ requestTimeout: LONGEST_UPLOAD_MS }, app).listen(port, host);

/** What addresses begin with: the first segment of every route. */
const areasOf = ({ routes }: ServerBuild): Set<string> =>
  new Set(["home", "build", ...Object.values(routes).flatMap((route) => route?.path?.split("/")[0] ?? [])]);
