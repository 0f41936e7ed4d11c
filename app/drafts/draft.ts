import { draftContent, type Draft } from "../annotate/schema";

export type StoredDraft = { version: number; tab: string; updatedAt: Date; content: unknown };

/** A stored draft as the browser gets it, in today's form whichever version of the program stored it. */
export const toDraft = ({ version, tab, updatedAt, content }: StoredDraft): Draft => ({
  version,
  tab,
  updatedAt: updatedAt.toISOString(),
  content: draftContent.parse(content),
});
