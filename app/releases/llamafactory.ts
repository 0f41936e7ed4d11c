import path from "node:path";

/**
 * The dataset_info.json that LLaMA-Factory reads beside the data: one entry per split, each a ranking dataset of
 * role/content messages.
 */
export function llamafactoryInfo(files: string[]): string {
  const entries = files.map((file) => {
    const name = path.posix.basename(file);
    return [
      `tiebreak_${name.replace(/\.jsonl$/, "")}`,
      {
        file_name: name,
        ranking: true,
        formatting: "sharegpt",
        columns: { messages: "conversations", chosen: "chosen", rejected: "rejected" },
        tags: { role_tag: "role", content_tag: "content", user_tag: "user", assistant_tag: "assistant", system_tag: "system" },
      },
    ] as const;
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
