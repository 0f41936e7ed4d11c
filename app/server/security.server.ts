import { randomBytes } from "node:crypto";
import type { RequestHandler } from "express";
import helmet from "helmet";
import { env } from "../env.server";

/** Gives each response a nonce; only scripts that carry it run. */
export const withNonce: RequestHandler = (_request, response, next) => {
  response.locals.cspNonce = randomBytes(16).toString("base64");
  next();
};

const https = env.TIEBREAK_ORIGIN?.startsWith("https:") ?? false;

const nonceSource = (_request: unknown, response: unknown) => `'nonce-${(response as { locals: { cspNonce: string } }).locals.cspNonce}'`;

/**
 * Text from models and strangers is on every page, so the policy assumes that some of it will try: no script without
 * the nonce, nothing from elsewhere, no frames. Style attributes are allowed because KaTeX positions with them.
 */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", nonceSource],
      styleSrc: ["'self'", nonceSource],
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      frameSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'self'"],
      objectSrc: ["'none'"],
      ...(https ? { upgradeInsecureRequests: [] } : {}),
    },
  },
  strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
  crossOriginOpenerPolicy: { policy: "same-origin" },
  referrerPolicy: { policy: "same-origin" },
  frameguard: { action: "sameorigin" },
});

/** What no file of the build answers is about somebody's work: no cache keeps it, and the back button asks again after signing out. */
export const privateAnswers: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "private, no-store");
  next();
};
