import path from "node:path";
import type { CommandInput } from "../cli";
import { startEmbedded } from "../database/embedded.server";
import { env } from "../env.server";
import { plural } from "../ui/number";
import type { End } from "./archive.server";
import { writeBackup } from "./backup.server";
import { restoreBackup } from "./restore.server";

/** `npm run tiebreak -- backup FILE`. Returns the exit code. */
export async function backup({ positionals, print, signal }: CommandInput): Promise<number> {
  const file = path.resolve(positionals[0]!);
  // It wants a database as it loads, which a restore has only later.
  const { databaseUrl } = await import("../database/client.server");
  print(`${file}: ${contents(await writeBackup(databaseUrl(), file, { files: true, signal }))}.`);
  return 0;
}

/** `npm run tiebreak -- restore FILE`. Returns the exit code. */
export async function restore({ positionals, print }: CommandInput): Promise<number> {
  const url = env.DATABASE_URL ?? (await startEmbedded());
  print(`Restored ${contents(await restoreBackup(url, path.resolve(positionals[0]!)))}.`);
  return 0;
}

const contents = ({ rows, files }: End): string =>
  `${plural(rows.Prompt ?? 0, "prompt")}, ${plural(rows.Vote ?? 0, "vote")}, ${plural(rows.User ?? 0, "account")}, ` +
  `${plural(
    Object.values(rows).reduce((sum, n) => sum + n, 0),
    "row",
  )} in all, ${plural(files, "file")}`;
