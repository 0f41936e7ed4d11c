import { z } from "zod";
import { messages, PROTOCOL } from "./jobs";
import { paramsOf } from "./recipes";

/** The JSON Schema (2020-12) of every message and of every recipe's settings, under `$defs`. */
export function jobsSchema(): Record<string, unknown> {
  const entries = [...Object.entries(messages), ...Object.entries(paramsOf).map(([type, schema]) => [`params.${type}`, schema] as const)];
  const defs = entries.map(([name, schema]) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
    return [name, rest] as const;
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Tiebreak worker protocol ${PROTOCOL}`,
    $defs: Object.fromEntries(defs),
  };
}
