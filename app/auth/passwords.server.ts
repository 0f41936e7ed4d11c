import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { UserError } from "../errors";
import { singleton } from "../singleton.server";

/** Argon2id with OWASP's parameters (password storage cheat sheet): 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash keeps a processor busy for a while. Half of them are left to everybody who is signed in already. */
const AT_ONCE = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
/** More would wait for seconds. */
const MOST_WAITING = 100;

const turns = singleton("password turns", () => ({ running: 0, waiting: [] as (() => void)[] }));

/** Throws a UserError (429) when too many wait already. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (turns.running < AT_ONCE) turns.running++;
  else if (turns.waiting.length < MOST_WAITING) await new Promise<void>((resolve) => turns.waiting.push(resolve));
  else throw new UserError("Too many people sign in at this moment. Try again in a few seconds.", 429, { code: "busy" });
  try {
    return await work();
  } finally {
    const next = turns.waiting.shift();
    // Whoever waited takes the place over.
    if (next) next();
    else turns.running--;
  }
}

/** One password may be typed in several ways, of one look and different characters (NIST SP 800-63B, 3.1.1.2). */
const normal = (password: string) => password.normalize("NFKC");

export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(normal(password), PARAMETERS));

let decoy: Promise<string> | undefined;

/** Takes as long for an unknown account (hash undefined) as for a wrong password, so that timing names no accounts. */
export async function passwordMatches(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hash("no account has this password", PARAMETERS);
  const against = stored ?? (await decoy);
  const matches = await inTurn(
    // Hashes of before were of the characters as they were typed.
    async () => (await verify(against, normal(password))) || (normal(password) !== password && (await verify(against, password))),
  );
  return stored !== undefined && matches;
}
