import { parseArgs } from "node:util";

/** An option of a command. `value` names what it takes in the help; without it the option is a switch. */
export type CommandOption = { value?: string; help: string; required?: boolean };

export type CommandInput = {
  /** Options as given: texts, or true for switches. */
  values: Record<string, string | true | undefined>;
  positionals: string[];
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  print(text: string): void;
};

/** A subcommand of `npm run tiebreak`. app/<noun>/cli.ts exports one; bin/tiebreak.ts lists them. */
export type Command = {
  name: string;
  summary: string;
  /** Names of what comes without an option, such as ["FILE"]. */
  positionals?: string[];
  options: Record<string, CommandOption>;
  /** Examples and exit codes, for the help. */
  notes?: string;
  /** The command brings the database up by itself. */
  opensDatabase?: true;
  /** Returns the exit code. Throws UserError for what a person can correct. The database is up and migrated, unless `opensDatabase`. */
  run(input: CommandInput): Promise<number>;
};

/** What was typed cannot be understood; the message says what to type. */
export class UsageError extends Error {
  override name = "UsageError";
}

export function readArguments(command: Command, args: string[]): Pick<CommandInput, "values" | "positionals"> {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { value }]) => [name, { type: value ? ("string" as const) : ("boolean" as const) }]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const expected = command.positionals ?? [];
  if (parsed.positionals.length !== expected.length)
    throw new UsageError(
      expected.length === 0 ? "No arguments are expected." : `Say ${expected.join(" ")}, and nothing else beside the options.`,
    );
  for (const [name, { required }] of Object.entries(command.options))
    if (required && parsed.values[name] === undefined) throw new UsageError(`--${name} is missing.`);
  return { values: parsed.values as CommandInput["values"], positionals: parsed.positionals };
}

export function usage(command: Command): string {
  const flags = Object.entries(command.options).map(([name, option]) => ({
    ...option,
    flag: `--${name}${option.value ? ` ${option.value}` : ""}`,
  }));
  const width = Math.max(0, ...flags.map(({ flag }) => flag.length)) + 2;
  const needed = flags.filter(({ required }) => required).map(({ flag }) => flag);
  const line = [
    "npm run tiebreak --",
    command.name,
    ...needed,
    ...(flags.length > needed.length ? ["[options]"] : []),
    ...(command.positionals ?? []),
  ];
  return [
    command.summary,
    "",
    `  ${line.join(" ")}`,
    "",
    ...flags.map(({ flag, help }) => `  ${flag.padEnd(width)}${help}`),
    ...(command.notes ? ["", command.notes] : []),
    "",
  ].join("\n");
}

/** A line on the terminal that is rewritten in place; on anything else than a terminal it says nothing until the end. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr) {
  const width = 24;
  return {
    show(share: number, text: string) {
      if (!stream.isTTY) return;
      const full = Math.round(Math.min(1, Math.max(0, share)) * width);
      stream.write(`\r\x1b[K${"█".repeat(full)}${"░".repeat(width - full)} ${text}`);
    },
    end() {
      if (stream.isTTY) stream.write("\r\x1b[K");
    },
  };
}
