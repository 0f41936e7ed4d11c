/** Why an annotator passes a pair by. Stored in Skip.reason. */
export const SKIP_REASONS = [
  "outside_expertise",
  "cannot_tell_apart",
  "unclear_prompt",
  "both_unusable",
  "broken_content",
  "wrong_language",
  "upsetting",
  "flagged",
  "other",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export const SKIP_LABELS: Record<SkipReason, string> = {
  outside_expertise: "I do not know enough about this",
  cannot_tell_apart: "The two are the same to me",
  unclear_prompt: "The prompt makes no sense",
  both_unusable: "Both are unusable",
  broken_content: "Something is cut off or does not display",
  wrong_language: "Not in a language I work in",
  upsetting: "I do not want to read this",
  flagged: "I flagged it",
  other: "Something else",
};

/** Why an admin should look at a comparison. Stored in Flag.reason. */
export const FLAG_REASONS = [
  "personal_data",
  "harmful",
  "identity_leak",
  "broken_content",
  "wrong_language",
  "duplicate",
  "other",
] as const;
export type FlagReason = (typeof FLAG_REASONS)[number];

export const FLAG_LABELS: Record<FlagReason, string> = {
  personal_data: "It contains personal data",
  harmful: "It is harmful or against the law",
  identity_leak: "A response gives its model away",
  broken_content: "Something is cut off or does not display",
  wrong_language: "It is in the wrong language",
  duplicate: "I have seen this pair before",
  other: "Something else",
};
