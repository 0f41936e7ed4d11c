import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { env } from "./env.server";
import { singleton } from "./singleton.server";

/**
 * Secrets of others (API keys of endpoints) at rest: AES-256-GCM under a key that lies beside the data, readable by
 * the owner only. A copy of the database alone opens nothing; a copy of the whole data folder does, so keep backups closed.
 * `context` is bound in: a sealed value that is moved to another row does not open there.
 */
export async function sealSecret(text: string, context: string): Promise<string> {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await instanceKey(), iv).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return ["v1", iv, cipher.getAuthTag(), sealed].map((part) => (typeof part === "string" ? part : part.toString("base64url"))).join(".");
}

/** Throws when the value was sealed elsewhere, for something else, or changed. */
export async function openSecret(value: string, context: string): Promise<string> {
  const [version, iv, tag, sealed] = value.split(".");
  if (version !== "v1" || !iv || !tag || sealed === undefined) throw new Error("This is not a sealed secret.");
  const bytes = (part: string) => Buffer.from(part, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", await instanceKey(), bytes(iv), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes(tag));
  try {
    return Buffer.concat([decipher.update(bytes(sealed)), decipher.final()]).toString("utf8");
  } catch {
    throw new Error(`A stored key cannot be opened: ${keyFile()} is not the one it was sealed with. Enter the key again.`);
  }
}

const keyFile = () => path.join(env.TIEBREAK_DATA_DIR, "instance.key");
const instanceKey = () => singleton("instance-key", readOrMakeKey);

/** Several processes may start at once: each writes a file of its own, and link() lets exactly one become the key. */
async function readOrMakeKey(): Promise<Buffer> {
  const file = keyFile();
  const mine = `${file}.${randomBytes(8).toString("hex")}`;
  const stored = await readFile(file).catch(() => undefined);
  if (stored?.length === 32) return stored;
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(mine, "wx", 0o600);
  try {
    await handle.writeFile(randomBytes(32));
    await handle.sync();
    await link(mine, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await handle.close();
    await rm(mine, { force: true });
  }
  const key = await readFile(file);
  if (key.length !== 32) throw new Error(`${file} is damaged: it must hold 32 bytes. Restore it from a backup.`);
  return key;
}
