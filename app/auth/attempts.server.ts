import type { AppLoadContext } from "@remix-run/node";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { UserError } from "../errors";

/** Guessing a password or a link stays hopeless, while a roomful of people behind one address can still sign in. */
const attempts = new RateLimiterMemory({ points: 30, duration: 60 });

/** Counts one try to sign in from the caller's address. Throws a UserError once a minute has had 30 of them. */
export const limitAttempts = ({ clientIp }: AppLoadContext): Promise<void> => consume(`address ${String(clientIp ?? "")}`);

/** Counts one guess at the password of somebody who is signed in, as whoever found their browser open may try. */
export const limitGuesses = (userId: string): Promise<void> => consume(`account ${userId}`);

async function consume(key: string): Promise<void> {
  try {
    await attempts.consume(key);
  } catch (error) {
    if (error instanceof Error) throw error;
    throw new UserError("Too many tries. Wait a minute, then try again.", 429);
  }
}
