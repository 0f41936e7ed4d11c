// npm run tiebreak -- COMMAND: does on the command line what the pages do, whether or not the server runs.
import path from "node:path";
import { UsageError, readArguments, usage, type Command } from "../app/cli";
import { createAdmin, resetPassword } from "../app/auth/cli";
import { backup, restore } from "../app/backup/cli";
import { explain } from "../app/explain.server";
import { command as importCommand } from "../app/import/cli";
import { command as releaseCommand } from "../app/releases/cli";
import { command as workerToken } from "../app/workers/cli";

const COMMANDS: Command[] = [importCommand, releaseCommand, workerToken, resetPassword, createAdmin, backup, restore];

const [name = "--help", ...args] = process.argv.slice(2);
// What a command says is for a person or a pipe; log lines have no place in it.
const logFile = (process.env.LOG_FILE ||= path.resolve(process.env.TIEBREAK_DATA_DIR || ".data", "logs", "tiebreak.log"));
// Said outright: what listens for a database or a signal would keep the process alive.
process.exit(await main());

async function main(): Promise<number> {
  const command = COMMANDS.find((known) => known.name === name);
  if (!command) return overview();
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage(command));
    return 0;
  }
  try {
    return await withDatabase(command);
  } catch (error) {
    process.stderr.write(`${explain(error) ?? (await reported(error))}\n`);
    return 1;
  }
}

async function withDatabase(command: Command): Promise<number> {
  const { env } = await import("../app/env.server");
  const { onSay } = await import("../app/say.server");
  onSay((text) => process.stderr.write(`${text}\n`));
  const { openDatabase } = await import("../app/database/open.server");
  try {
    if (!command.opensDatabase) await openDatabase();
    return await run(command);
  } finally {
    if (!env.DATABASE_URL) await (await import("../app/database/embedded.server")).stopEmbedded();
  }
}

/** What nobody foresaw: its words for the person, its stack for the log. */
async function reported(error: unknown): Promise<string> {
  const { log } = await import("../app/log.server");
  log.error({ err: error, command: name }, "A command failed");
  return `Something went wrong: ${(error as Error).message}\nThe log has more: ${logFile}`;
}

function overview(): number {
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`).join("\n");
  const text = `npm run tiebreak -- COMMAND\n\n${list}\n\nCOMMAND --help says more.\n`;
  if (["--help", "-h", "help"].includes(name)) {
    process.stdout.write(text);
    return 0;
  }
  process.stderr.write(`There is no command "${name}".\n\n${text}`);
  return 2;
}

async function run(command: Command): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => {
    // A second Ctrl-C is for somebody who does not want to wait.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await command.run({ ...readArguments(command, args), signal: stop.signal, print: (text) => process.stdout.write(`${text}\n`) });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage(command)}`);
    return 2;
  } finally {
    // Asking for the client where there is no database yet would fail, and hide what went wrong.
    if (!command.opensDatabase) await (await import("../app/database/client.server")).disconnect();
  }
}
