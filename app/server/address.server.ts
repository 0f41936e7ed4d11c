import { isIP } from "node:net";
import type { Request, RequestHandler } from "express";
import { env } from "../env.server";

/** Where people reach this instance, when a setting says so. */
const own = env.TIEBREAK_ORIGIN ? new URL(env.TIEBREAK_ORIGIN) : undefined;
const behindProxy = env.TIEBREAK_TRUST_PROXY > 0;

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** What the browser asked for; a proxy's word counts only where proxies are believed. */
const forwardedHost = (request: Request) => (behindProxy ? request.get("X-Forwarded-Host")?.split(",")[0]?.trim() : undefined);
const askedFor = (request: Request): URL | undefined =>
  request.originalUrl.startsWith("/")
    ? parsed(`${request.protocol}://${forwardedHost(request) ?? request.get("Host") ?? "localhost"}${request.originalUrl}`)
    : undefined;

const isOwn = ({ host }: URL) => own !== undefined && parsed(`${own.protocol}//${host}`)?.host === own.host;

/**
 * Names that nobody else can point at this machine: its own, localhost, and addresses. Under any other name a page of a stranger
 * whose name leads here for a while (DNS rebinding) would count as ours.
 */
function isOurs(address: URL): boolean {
  const { hostname } = address;
  if (isOwn(address) || hostname === "localhost" || hostname.endsWith(".localhost") || hostname === env.HOST) return true;
  return isIP(hostname.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

/**
 * The address of a request as its browser has it. A proxy may put its own name for this server into Host, as nginx does unless told
 * otherwise; then TIEBREAK_ORIGIN is where the browser is. Somebody may also be here past the proxy, who is where Host and Origin agree.
 */
function addressOf(request: Request, asked: URL): URL | undefined {
  const direct = isOurs(asked) && !isOwn(asked) && originHost(request) === asked.host;
  return own && !direct ? parsed(`${own.origin}${request.originalUrl}`) : asked;
}

const originHost = (request: Request): string | undefined => parsed(request.get("Origin") ?? "")?.host;

/** What a bearer token opens, or nobody's: no name that leads here gives a page of a stranger more than anybody has. */
const takesNoCookie = (path: string) => path.startsWith("/api/") || path === "/healthz" || path === "/metrics";

/** Refuses a request by a name that is not ours, and leaves its address in `locals.address` for those after it. */
export const knownHostOnly: RequestHandler = (request, response, next) => {
  const asked = askedFor(request);
  const address = asked && addressOf(request, asked);
  if (!asked || !address) return void response.status(400).json({ error: "The address of this request cannot be read." });
  const rewritten = own !== undefined && behindProxy && forwardedHost(request) === undefined;
  if (!isOurs(asked) && !rewritten && !takesNoCookie(request.path)) {
    const error = `This Tiebreak does not go by the name ${asked.host}. If it should, set TIEBREAK_ORIGIN=${asked.origin} and start it again.`;
    return void response.status(421).json({ error });
  }
  response.locals.address = address;
  next();
};

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a changing request that another site's page sent with our cookie (OWASP, cross-site request forgery cheat sheet): what the
 * browser says in Sec-Fetch-Site must be same-origin, and Origin must name the host of the address. One of them must be there. Neither
 * alone is enough: the first says same-origin to a page whose own name leads here. The API is left out: it takes no cookie.
 */
export const sameOriginOnly: RequestHandler = (request, response, next) => {
  if (SAFE.has(request.method) || request.path.startsWith("/api/")) return next();
  const site = request.get("Sec-Fetch-Site");
  const same = request.get("Origin") === undefined ? site !== undefined : originHost(request) === (response.locals.address as URL).host;
  if (same && (site === undefined || site === "same-origin")) return next();
  const { origin } = response.locals.address as URL;
  response.status(403).json({ error: `This request came from another site. Open Tiebreak itself, at ${origin}, and try again.` });
};
