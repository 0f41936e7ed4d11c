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

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a changing request that another site's page sent with our cookie: Sec-Fetch-Site where the browser says it,
 * else Origin against Host (OWASP, cross-site request forgery cheat sheet). The API is left out: it takes no cookie.
 */
export const sameOriginOnly: RequestHandler = (request, response, next) => {
  if (SAFE.has(request.method) || request.path.startsWith("/api/")) return next();
  const site = request.get("Sec-Fetch-Site");
  const origin = request.get("Origin");
  const expected = env.TIEBREAK_ORIGIN ? new URL(env.TIEBREAK_ORIGIN).host : request.get("Host");
  const same = site ? site === "same-origin" : origin !== undefined && URL.canParse(origin) && new URL(origin).host === expected;
  if (same) return next();
  response.status(403).json({ error: "This request came from another site. Open Tiebreak itself and try again." });
};
