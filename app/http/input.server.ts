import { data } from "@remix-run/node";
import type { z } from "zod";
import { storable } from "../annotate/text";
import { UserError } from "../errors";
import { jsonProblem, parseJsonText } from "../json";
import { log } from "../log.server";
import { plural } from "../ui/number";

export type FieldErrors = Record<string, string>;
export type FormFailure = { error: string; fields: FieldErrors };

/** More than the longest form holds: guidelines of 200,000 characters, or thousands of ticked rows. */
const MAX_FORM_BYTES = 4_000_000;

/** The request's form as the schema has it. Throws a UserError that names the first field at fault. */
export async function parseForm<T extends z.ZodType>(request: Request, schema: T): Promise<z.infer<T>> {
  return parseFields(await readForm(request), schema);
}

export function parseFields<T extends z.ZodType>(form: FormData, schema: T): z.infer<T> {
  return parse(schema, formObject(form));
}

/** The request's form. Bounded, since some forms are open to everybody and the whole of it lies in memory. */
export async function readForm(request: Request): Promise<FormData> {
  const body = await readBody(request, MAX_FORM_BYTES);
  try {
    return await new Response(new Uint8Array(body), { headers: { "Content-Type": request.headers.get("Content-Type") ?? "" } }).formData();
  } catch {
    throw new UserError("The body is not a form.", 400);
  }
}

/** What people type or paste, without what the database has no place for. JSON is left as it is: workers count its bytes. */
const stored = <T>(value: T) => (typeof value === "string" ? storable(value) : value);

/** Fields that come several times become arrays; the suffix [] makes an array of one. */
export function formObject(form: FormData): Record<string, unknown> {
  const entries = [...new Set(form.keys())].map((key): [string, unknown] => {
    const all = form.getAll(key).map(stored);
    return key.endsWith("[]") ? [key.slice(0, -2), all] : [key, all.length > 1 ? all : all[0]];
  });
  return Object.fromEntries(entries);
}

/** Query parameters as the schema has them. List schemas give every field a .catch(), so that an odd URL shows defaults. */
export function parseQuery<T extends z.ZodType>(request: Request, schema: T): z.infer<T> {
  const params = new URL(request.url).searchParams;
  const entries = [...new Set(params.keys())].map((key): [string, unknown] => {
    const all = params.getAll(key).map(stored);
    return [key, all.length > 1 ? all : all[0]];
  });
  return parse(schema, Object.fromEntries(entries));
}

type JsonOptions = { maxBytes?: number; texts?: (text: string) => string };

/** A JSON body of at most maxBytes, as the schema has it. */
export async function parseJson<T extends z.ZodType>(
  request: Request,
  schema: T,
  { maxBytes = 4_000_000, texts }: JsonOptions = {},
): Promise<z.infer<T>> {
  const text = (await readBody(request, maxBytes)).toString("utf8");
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    throw new UserError(`The body ${jsonProblem(error)}`, 400);
  }
  return parse(schema, texts ? mapTexts(value, texts) : value);
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, map)]));
}

/** The JSON body of a request to the HTTP API, by the one method that its address takes; texts as the database keeps them. */
export async function parseApi<T extends z.ZodType>(request: Request, method: "POST" | "PATCH", schema: T): Promise<z.infer<T>> {
  requireMethod(request, method);
  return await parseJson(request, schema, { texts: storable });
}

/** Answers 405 to any other method than GET, which has a handler of its own, and this one. */
export function requireMethod(request: Request, method: "POST" | "PATCH"): void {
  if (request.method === method) return;
  throw Response.json({ error: `This address takes GET and ${method}.` }, { status: 405, headers: { Allow: `GET, HEAD, ${method}` } });
}

async function readBody(request: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) throw new UserError(`The body is larger than ${plural(maxBytes, "byte")}.`, 413);
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields: FieldErrors = {};
  for (const issue of parsed.error.issues) fields[issue.path.join(".")] ??= issue.message;
  const [first] = Object.entries(fields);
  const message = first ? (first[0] ? `${first[0]}: ${first[1]}` : first[1]) : "The input cannot be used.";
  throw new UserError(message, 422, first?.[0], { fields });
}

/** For actions: a UserError becomes an answer that the form shows; anything else is a bug and goes on up. */
export function userErrorResponse(error: unknown) {
  if (!(error instanceof UserError)) throw error;
  const fields = (error.detail?.fields as FieldErrors | undefined) ?? (error.field ? { [error.field]: error.message } : {});
  return data<FormFailure>({ error: error.message, fields }, { status: error.status });
}

/** For loaders: a UserError becomes the page's error, with its status and its words. */
export async function orResponse<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof UserError) throw Response.json({ error: error.message }, { status: error.status });
    throw error;
  }
}

/** For the HTTP API and other JSON routes: runs the handler and answers every failure as {error, code?, field?, …detail}. */
export async function jsonRoute(handler: () => Promise<unknown>): Promise<Response> {
  try {
    const result = await handler();
    return result instanceof Response ? result : Response.json(result ?? null);
  } catch (error) {
    if (error instanceof Response) return error;
    if (error instanceof UserError)
      return Response.json({ error: error.message, code: error.code, field: error.field, ...error.detail }, { status: error.status });
    log.error({ err: error }, "A request failed");
    return Response.json({ error: "Something went wrong on the server. It was logged; try again." }, { status: 500 });
  }
}
