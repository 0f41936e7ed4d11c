import { z } from "zod";
import { plural } from "../ui/number";

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Text as the database can keep it. PostgreSQL has no NUL in text and no half of a surrogate pair in JSON, and both
 * reach a form by pasting from binary files or by cutting an emoji in two; neither is something that a person wrote.
 */
export const storable = (text: string) => text.replaceAll("\0", "").replace(LONE_SURROGATE, "\uFFFD");

export const storableText = (max: number) =>
  z
    .string()
    .max(max, `Must be at most ${plural(max, "character")} long.`)
    .transform(storable);
