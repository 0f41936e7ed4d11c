import { COMMAND_LINE } from "../audit/commands.server";
import { type CommandInput, UsageError } from "../cli";
import { db } from "../database/client.server";
import { env } from "../env.server";
import { UserError } from "../errors";
import { makeAdmin, makeReset } from "./resets.server";
import { email as emailSchema, personName } from "./schema";

/** `npm run tiebreak -- reset-password EMAIL`. Returns the exit code. */
export async function resetPassword({ positionals, print }: CommandInput): Promise<number> {
  const email = readEmail(positionals);
  const user = await db.user.findUnique({ where: { email } });
  if (!user) throw new UserError(`There is no account with the e-mail ${email}.`, 404);
  print(addressOf(await makeReset(COMMAND_LINE, user.id)));
  return 0;
}

/** `npm run tiebreak -- create-admin EMAIL`. Returns the exit code. */
export async function createAdmin({ positionals, values, print }: CommandInput): Promise<number> {
  const email = readEmail(positionals);
  const name = personName.safeParse(values.name ?? email.split("@")[0]);
  if (!name.success) throw new UsageError(`--name: ${name.error.issues[0]?.message}`);
  print(addressOf(await makeAdmin(COMMAND_LINE, { email, name: name.data })));
  return 0;
}

function readEmail([given]: string[]): string {
  const email = emailSchema.safeParse(given);
  if (!email.success) throw new UsageError(`${email.error.issues[0]?.message}`);
  return email.data;
}

const addressOf = (token: string) => `${env.TIEBREAK_ORIGIN ?? `http://localhost:${env.PORT}`}/reset/${token}`;
