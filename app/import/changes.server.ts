import type { z } from "zod";
import type { Actor } from "../audit/commands.server";
import { cancelImport, retryImport } from "./commands.server";
import type { importAction } from "./schema";
import { undoImport } from "./undo.server";

const CHANGES: Record<z.output<typeof importAction>["intent"], (actor: Actor, id: string) => Promise<unknown>> = {
  cancel: cancelImport,
  retry: retryImport,
  undo: undoImport,
};

/** What the page of an import and the API can ask of it. */
export const changeImport = (actor: Actor, id: string, intent: z.output<typeof importAction>["intent"]): Promise<unknown> =>
  CHANGES[intent](actor, id);
