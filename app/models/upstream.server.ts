import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { UserError } from "../errors";
import { parseJsonText } from "../json";
import { guardedLookup, endpointUrl } from "./address.server";

/** A server that speaks OpenAI's API: a registered endpoint, or a worker's inference backend. `baseUrl` ends on /v1 or the like. */
export type Target = { baseUrl: string; model: string; key: string | null; name: string };

const CONNECT_MS = 10_000;
const SILENCE_MS = 180_000;
const MAX_ANSWER = 8_000_000;

/**
 * Sends a request and resolves when the answer begins. Redirects are not followed: they could lead past the address
 * rules. Throws UserError in words for the admin when the server is not there or refuses.
 */
export async function ask(target: Target, path: string, body: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(`${endpointUrl(target.baseUrl).href.replace(/\/$/, "")}${path}`);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(
      url,
      { method: payload ? "POST" : "GET", headers: headersOf(target, payload), lookup: guardedLookup, signal },
      resolve,
    );
    request.once("timeout", () => request.destroy(new Error("no answer in time")));
    request.once("socket", (socket) => {
      // A connection that was kept open connects no more, and a model may take long to its first word.
      request.setTimeout(socket.connecting ? CONNECT_MS : SILENCE_MS);
      if (socket.connecting) socket.once("connect", () => request.setTimeout(SILENCE_MS));
    });
    request.once("error", (error) => reject(unreachable(target, url, error)));
    request.end(payload);
  });
  if (answer.statusCode === 200) return answer;
  throw new UserError(`${target.name} answered ${answer.statusCode}: ${await reasonOf(answer)}`, answer.statusCode === 503 ? 503 : 422);
}

function headersOf(target: Target, payload: string | undefined): Record<string, string> {
  return {
    Accept: "application/json, text/event-stream",
    ...(payload ? { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(payload)) } : {}),
    ...(target.key ? { Authorization: `Bearer ${target.key}` } : {}),
  };
}

const unreachable = (target: Target, url: URL, error: Error) =>
  new UserError(`${target.name} cannot be reached at ${url.origin}: ${error.message}. Check the address, and that the server runs.`, 503);

/** The server's own words, cut short: an answer from the wrong kind of server must not fill the page. */
async function reasonOf(answer: IncomingMessage): Promise<string> {
  const text = await readText(answer, 20_000).catch(() => "");
  try {
    const { error } = parseJsonText(text) as { error?: { message?: string } | string };
    const message = typeof error === "string" ? error : error?.message;
    if (message) return message.slice(0, 500);
  } catch {
    // Not JSON; its beginning has to do.
  }
  return text.replace(/\s+/g, " ").slice(0, 200) || "nothing";
}

export async function readText(answer: IncomingMessage, limit = MAX_ANSWER): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new UserError("The answer is too long.", 422);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
