import { z } from "zod";
import { notFound } from "../errors";

/** An id from the path of a page. Whatever is none is answered like an id that nothing has. */
export function pathId(value: string | undefined, what: string): string {
  const parsed = z.uuid().safeParse(value);
  if (parsed.success) return parsed.data;
  throw Response.json({ error: notFound(what).message }, { status: 404 });
}

/** The number that a row is known by, from a path. */
export function pathNumber(value: string | undefined, what: string): number {
  if (value && /^\d{1,9}$/.test(value)) return Number(value);
  throw Response.json({ error: notFound(what).message }, { status: 404 });
}
