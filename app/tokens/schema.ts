import { z } from "zod";

/** What each scope of a token lets its holder do. Worker tokens are made on the page of the workers. */
export const SCOPE_LABELS = {
  "pools:read": "Read pools",
  "pools:write": "Make and change pools",
  import: "Import files, and follow imports",
  "comparisons:read": "Read comparisons with their votes",
  "releases:read": "Read and download releases",
  "releases:write": "Make releases",
  "metrics:read": "Read the metrics of the server",
} as const;
export type GivenScope = keyof typeof SCOPE_LABELS;
export const GIVEN_SCOPES = Object.keys(SCOPE_LABELS) as [GivenScope, ...GivenScope[]];

export const EXPIRY_DAYS = ["30", "90", "365", "never"] as const;
export type Expiry = (typeof EXPIRY_DAYS)[number];
export const expiryDate = (expires: Expiry): Date | null =>
  expires === "never" ? null : new Date(Date.now() + Number(expires) * 86_400_000);

export const newApiToken = z.object({
  name: z.string().trim().min(1, "Say what the token is for.").max(100, "Use at most 100 characters."),
  scopes: z.array(z.enum(GIVEN_SCOPES), "Choose what the token may do.").min(1, "Choose what the token may do."),
  expires: z.enum(EXPIRY_DAYS),
});
export type NewApiToken = z.infer<typeof newApiToken>;
