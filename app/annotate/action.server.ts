import type { z } from "zod";
import type { Actor } from "../audit/commands.server";
import { requireUser } from "../auth/guards.server";
import { jsonRoute, parseJson } from "../http/input.server";
import { comparisonIdOf, mapPairIds, pairIdOf } from "./pair-ids.server";
import { MAX_BODY_BYTES } from "./schema";

/** A signed-in person of any role: reviewers and admins grade pairs too. */
export type Annotator = Extract<Actor, { kind: "user" }>;

/** One request of the workbench: who asks, what they send, and the command that answers. */
export async function workbenchAction<T extends z.ZodType>(
  request: Request,
  schema: T,
  command: (actor: Annotator, input: z.output<T>) => Promise<unknown>,
): Promise<Response> {
  return await jsonRoute(async () => {
    const user = await requireUser(request);
    const input = await parseJson(request, schema, { maxBytes: MAX_BODY_BYTES });
    return await mapPairIds(await command({ kind: "user", id: user.id }, await mapPairIds(input, comparisonIdOf)), pairIdOf);
  });
}
