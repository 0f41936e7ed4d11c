import { UserError, isOutOfRoom } from "./errors";
import { StartError } from "./start-error.mjs";

/**
 * What stopped a command, in a sentence that says what to do. Undefined when nobody but us can do something about it: then the
 * stack is what counts.
 */
export function explain(error: unknown): string | undefined {
  if (error instanceof StartError || error instanceof UserError) return error.message;
  const { code, path, syscall, address, port } = (error ?? {}) as NodeJS.ErrnoException & { address?: string; port?: number };
  const place = path ? ` of ${path}` : "";
  if (isOutOfRoom(error)) return `The disk${place} is full. Make room there, and try again.`;
  if (syscall === "listen") return unheard(code, address, port);
  if (code === "EROFS") return `${path ?? "A file system"} can only be read. Set TIEBREAK_DATA_DIR to a folder that can be written to.`;
  if (path && (code === "EACCES" || code === "EPERM"))
    return `${path} cannot be opened: permission denied. Give the user who starts Tiebreak the right to, or start it as the folder's owner.`;
  return undefined;
}

function unheard(code: string | undefined, address = "", port = 0): string | undefined {
  if (code === "EADDRINUSE") return `Port ${port} is taken. Choose another, such as: PORT=${port + 1} npm run up`;
  if (code === "EACCES") return `Port ${port} may be opened by root only. Choose one from 1024 on, such as: PORT=3000 npm run up`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `HOST is ${address}, which is no address of this machine. Leave it out, or use 0.0.0.0 for all of them.`;
  return undefined;
}
