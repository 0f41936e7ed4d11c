import { describe, expect, it } from "vitest";
import { inFormWords, settingText } from "./setting-words";

describe("a worker's message on the page", () => {
  it("names the settings as the form does", () => {
    const text = "Lower --micro-batch-tokens from 16384 to 8192, or use --gradient-checkpointing, --lora-rank 16.";
    expect(inFormWords("train_dpo", text)).toBe(
      "Lower “Tokens per forward pass” from 16384 to 8192, or use “Gradient checkpointing”, “LoRA rank” 16.",
    );
  });

  it("leaves what this form does not have", () => {
    expect(inFormWords("train_rm", "Use --no-resume; --beta and --work-dir are as they were, -- too.")).toBe(
      "Use --no-resume; --beta and --work-dir are as they were, -- too.",
    );
  });
});

it("writes the value of a setting as people write it", () => {
  const values = [0.00001, 0.0000025, 0.03, 0, 64, true, "cosine", ["all"], undefined, null];
  expect(values.map(settingText)).toEqual(["1e-5", "2.5e-6", "0.03", "0", "64", "true", "cosine", '["all"]', "–", "null"]);
});
