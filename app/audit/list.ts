import { z } from "zod";
import { idFilter, listFields } from "../lists/schema";

const day = z.iso.date().optional().catch(undefined);
const word = z.string().trim().max(100).catch("");

/** What the audit log is asked for; the address of the page is its state. Days are days in UTC. */
export const auditList = z.object({
  ...listFields,
  sort: z.literal("at").catch("at"),
  actor: idFilter,
  action: word,
  subjectType: word,
  subject: word,
  from: day,
  to: day,
});
export type AuditList = z.infer<typeof auditList>;
