import { z } from "zod";

/** 2024-03-01, then T or a blank, 23:30, :00 and parts of it, and a zone: Z, UTC, +05:30, +0530 or +05. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/i;
const SECONDS = /^\d{9,10}(\.\d+)?$/;
const MILLISECONDS = /^\d{12,13}$/;
const DAY_MS = 86_400_000;

/** A point in time as people and programs write it; without a zone it is UTC. Undefined when the text is none. */
export function parseTime(given: string | number): Date | undefined {
  const text = String(given).trim();
  if (SECONDS.test(text)) return new Date(Math.round(Number(text) * 1000));
  if (MILLISECONDS.test(text)) return new Date(Number(text));
  const found = TIME.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour = "00", minute = "00", second = "00", part = "", zone = "Z"] = found;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.replace(":", "").slice(3) || "00"}` : "Z";
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${part.padEnd(3, "0").slice(0, 3)}${offset}`);
  // JavaScript takes the 30th of February for the 1st of March.
  const local = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || local.getUTCDate() !== Number(day) ? undefined : date;
}

/** When a vote was given: in the past, or at most a day ahead, because clocks and zones differ. */
export const pastTime = z
  .union([z.string(), z.number()], { error: "is not a time such as 2026-11-22T09:30:00Z" })
  .transform((given, context) => {
    const time = parseTime(given);
    if (time && time.getTime() < Date.now() + DAY_MS) return time;
    const message = time ? "lies in the future" : "is not a time such as 2026-11-22T09:30:00Z, 2026-11-22 09:30:00+0100 or 1795339800";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
