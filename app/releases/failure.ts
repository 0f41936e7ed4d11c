import { UserError } from "../errors";

/** An error as a message between processes or threads, which keep neither its class nor its code. */
export type Failure = { message: string; stack?: string | undefined; code?: string | undefined; status?: number | undefined };

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack, code, status } = error as Error & Failure;
  return { message, stack, code, status };
}

/** The error that the message was made of; UserError comes back as one. */
export function errorOf({ message, stack, code, status }: Failure): Error {
  if (status) return new UserError(message, status as UserError["status"]);
  return Object.assign(new Error(message), { stack, code });
}
