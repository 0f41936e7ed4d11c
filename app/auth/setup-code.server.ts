import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { env } from "../env.server";

/** Where the code lies that the first admin is made with: whoever can read it runs the instance. */
export const setupCodeFile = () => path.join(env.TIEBREAK_DATA_DIR, "setup-code");

/** Without those that are taken for each other. */
const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const newCode = () =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join("")).join("-");

/** The code of this data folder, which is made when it is asked for first; all processes of the folder have the same. */
export async function setupCode(): Promise<string> {
  await mkdir(env.TIEBREAK_DATA_DIR, { recursive: true });
  try {
    const code = newCode();
    await writeFile(setupCodeFile(), `${code}\n`, { mode: 0o600, flag: "wx" });
    return code;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return (await readFile(setupCodeFile(), "utf8")).trim();
  }
}

const digest = (code: string) => createHash("sha256").update(code.toUpperCase().replace(/[^A-Z0-9]/g, "")).digest(); // prettier-ignore

export async function isSetupCode(given: string): Promise<boolean> {
  const code = await readFile(setupCodeFile(), "utf8").catch(() => "");
  return code !== "" && timingSafeEqual(digest(given), digest(code));
}

/** The code works once. */
export const forgetSetupCode = (): Promise<void> => rm(setupCodeFile(), { force: true });
