import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { jobsSchema } from "../app/contract/jobs-schema";
import { releaseRowSchema } from "../app/contract/release-row";

/** Writes the contracts that other languages read, from their Zod schemas. A test holds them to each other. */
const contracts = { "release-row": releaseRowSchema(), jobs: jobsSchema() };

for (const [name, schema] of Object.entries(contracts)) {
  writeFileSync(`tests/contract/${name}.schema.json`, await format(JSON.stringify(schema), { parser: "json", printWidth: 140 }));
}
