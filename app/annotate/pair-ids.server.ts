import { createCipheriv, createDecipheriv } from "node:crypto";
import { pairIdKey } from "../assignment/secret.server";

/**
 * The ids of comparisons as annotators get them. A comparison's own id begins with the time it was made, so pairs that came in one file
 * show as such, and gold pairs often come in a file of their own. What leaves is the id encrypted: AES permutes blocks of 16 bytes, and
 * an id is one. Signatures and drafts are by the comparison's own id.
 */
export async function pairIdOf(comparisonId: string): Promise<string> {
  const cipher = createCipheriv("aes-256-ecb", await pairIdKey(), null).setAutoPadding(false);
  return cipher.update(Buffer.from(comparisonId.replaceAll("-", ""), "hex")).toString("base64url");
}

/** The comparison of a pair's id. A comparison's own id is itself: pages that were opened before ids were encrypted send those. */
export async function comparisonIdOf(pairId: string): Promise<string> {
  if (pairId.includes("-") && pairId.length === 36) return pairId;
  const cipher = createDecipheriv("aes-256-ecb", await pairIdKey(), null).setAutoPadding(false);
  const hex = cipher.update(Buffer.from(pairId, "base64url")).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A message of the workbench, either way, with each `comparisonId` of it and of what it lists changed by `map`; nothing below is touched. */
export async function mapPairIds<T>(message: T, map: (id: string) => Promise<string>): Promise<T> {
  const changed = async (value: unknown, depth: number): Promise<unknown> => {
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    if (Array.isArray(value)) return await Promise.all(value.map((item) => changed(item, depth)));
    const entries = Object.entries(value).map(async ([key, item]: [string, unknown]) => {
      if (key === "comparisonId" && typeof item === "string") return [key, await map(item)] as const;
      return [key, depth > 0 ? await changed(item, depth - 1) : item] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  return (await changed(message, 1)) as T;
}
