import { UserError } from "../errors";

/** An error as a message between processes or threads, which keep neither its class nor its code. */
export type Failure = {
  message: string;
  stack?: string | undefined;
  code?: string | undefined;
  status?: number | undefined;
  field?: string | undefined;
  detail?: Record<string, unknown> | undefined;
};

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack, code, status, field, detail } = error as Error & Failure;
  return { message, stack, code, ...(error instanceof UserError && { status, field, detail }) };
}

/** The error that the message was made of; UserError comes back as one. */
export function errorOf({ message, stack, code, status, field, detail }: Failure): Error {
  if (!status) return Object.assign(new Error(message), { stack, code });
  return new UserError(message, status as UserError["status"], code ? { code, field, detail } : field, detail);
}
