// npm run tiebreak -- COMMAND: does on the command line what the pages do, whether or not the server runs.
import { UsageError, readArguments, usage, type Command } from "../app/cli";
import { startEmbedded, stopEmbedded } from "../app/database/embedded.server";
import { migrate } from "../app/database/migrate.server";
import { env } from "../app/env.server";
import { UserError } from "../app/errors";
import { command as importCommand } from "../app/import/cli";
import { command as releaseCommand } from "../app/releases/cli";
import { command as workerToken } from "../app/workers/cli";

const COMMANDS: Command[] = [importCommand, releaseCommand, workerToken];

const [name = "--help", ...args] = process.argv.slice(2);
// Said outright, because the embedded server's package ends the process with 0 once it has nothing left to do.
process.exit(await main());

async function main(): Promise<number> {
  const command = COMMANDS.find((known) => known.name === name);
  if (!command) return overview();
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage(command));
    return 0;
  }
  const url = env.DATABASE_URL ?? (await startEmbedded());
  try {
    await migrate(url);
    return await run(command);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    const { disconnect } = await import("../app/database/client.server");
    await disconnect();
    if (!env.DATABASE_URL) await stopEmbedded();
  }
}

function overview(): number {
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n");
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
  }
}
