import { z } from "zod";
import { themeSchema } from "../people/preferences";
import { keyRulesSchema, keysSchema } from "./keymap";

/** POST /annotate/preferences: what the workbench lets a person change about itself. */
export const preferencesRequest = z.object({
  /** All changed keys; what is not named has its default again. */
  keys: keysSchema.optional(),
  keyRules: keyRulesSchema.optional(),
  theme: themeSchema.optional(),
  /** The person has seen this version of a pool's guidelines. */
  guidelinesSeen: z.object({ poolId: z.uuid(), version: z.number().int().min(1) }).optional(),
});
export type PreferencesRequest = z.infer<typeof preferencesRequest>;

/** GET /annotate/guidelines?poolId=…&version=… */
export const guidelinesQuery = z.object({ poolId: z.uuid(), version: z.coerce.number().int().min(1) });
export type Guidelines = { version: number; body: string; createdAt: string };
