import type { ActionFunctionArgs } from "@remix-run/node";
import { preferencesRequest } from "~/annotate/preferences";
import { actorOf, requireUser } from "~/auth/guards.server";
import { jsonRoute, parseJson } from "~/http/input.server";
import { savePreferences } from "~/people/commands.server";
import { readPreferences } from "~/people/preferences";

export const action = ({ request }: ActionFunctionArgs) =>
  jsonRoute(async () => {
    const user = await requireUser(request);
    const { keys, keyRules, theme, guidelinesSeen: seen } = await parseJson(request, preferencesRequest);
    const before = readPreferences(user.preferences).guidelinesSeen;
    const guidelinesSeen = seen && { ...before, [seen.poolId]: Math.max(seen.version, before[seen.poolId] ?? 0) };
    await savePreferences(actorOf(user), {
      ...(keys && { keys }),
      ...(keyRules && { keyRules }),
      ...(theme && { theme }),
      ...(guidelinesSeen && { guidelinesSeen }),
    });
    return { saved: true };
  });
