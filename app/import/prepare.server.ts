import { createHash } from "node:crypto";
import { promptColumns, responseHash } from "../prompts/content.server";
import { identityLeak } from "../responses/identity";
import type { ImportRow, ImportedResponse } from "./schema";

export type PreparedResponse = ImportedResponse & { hash: string; seed: number | null; leaks: boolean };

/** A row with everything computed that needs no database, so that a transaction does not wait for it. */
export type PreparedRow = Omit<ImportRow, "responses"> & {
  prompt: ReturnType<typeof promptColumns>;
  responses: PreparedResponse[];
  /** Responses that stand in the row a second time. */
  repeated: PreparedResponse[];
};

export function prepareRow(row: ImportRow): PreparedRow {
  const seen = new Set<string>();
  const repeated: PreparedResponse[] = [];
  const responses = row.responses
    .map((response) => ({
      ...response,
      hash: responseHash(response.text, response.toolCalls),
      seed: seedOf(response.params),
      leaks: leaks(response),
    }))
    .filter((response) => {
      const key = `${response.model}\n${response.hash}`;
      if (seen.has(key)) repeated.push(response);
      return seen.has(key) ? false : seen.add(key);
    });
  return { ...row, prompt: promptColumns(row.messages, row.tools), responses, repeated };
}

const leaks = ({ text, model }: ImportedResponse) => identityLeak(text, model === "unknown" ? undefined : model) !== undefined;
const seedOf = ({ seed }: ImportedResponse["params"]) => (Number.isSafeInteger(seed) ? (seed as number) : null);

/**
 * The address that stands for somebody known only from imported votes. People are told apart by pool: "annotator1" of
 * two data sets are two people. The domain is reserved (RFC 2606), so no mail can ever go there.
 */
export function importedEmail(poolId: string, annotator: string): string {
  return `${createHash("sha256").update(`${poolId}\n${annotator}`).digest("hex").slice(0, 32)}@imported.invalid`;
}
