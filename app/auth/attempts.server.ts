import { isIPv6 } from "node:net";
import type { AppLoadContext } from "@remix-run/node";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { UserError } from "../errors";
import { GrowingDelay } from "./growing-delay";
import { plural } from "../ui/number";

/** Guessing a password or a link stays hopeless, while a roomful of people behind one address can still sign in. */
const FAILURES_PER_MINUTE = 30;
/** Tries whose end is not known yet, of one network. */
const AT_ONCE = 60;
const failures = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: 60 });
const underWay = new Map<string, number>();

const TOO_MANY = "Too many tries. Wait a minute, then try again.";

/**
 * Runs something that can be guessed at: a password, a link, a code. Throws a UserError (429) when the caller's network has failed 30
 * times in a minute. What succeeds does not count.
 */
export async function limitFailures<T>({ clientIp }: AppLoadContext, attempt: () => Promise<T>): Promise<T> {
  const key = networkOf(String(clientIp ?? ""));
  const now = underWay.get(key) ?? 0;
  const failed = (await failures.get(key))?.consumedPoints ?? 0;
  if (failed >= FAILURES_PER_MINUTE || now >= AT_ONCE) throw new UserError(TOO_MANY, 429);
  underWay.set(key, (underWay.get(key) ?? 0) + 1);
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof UserError && error.status !== 429) await failures.penalty(key, 1);
    throw error;
  } finally {
    const left = (underWay.get(key) ?? 1) - 1;
    if (left > 0) underWay.set(key, left);
    else underWay.delete(key);
  }
}

/** Whoever has an address of version 6 has the 2^64 of its network. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !isIPv6(address)) return mapped ?? address;
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const groups = (part = "") => part.split(":").filter(Boolean);
  const given = tail === undefined ? 0 : groups(tail).length + (tail.includes(".") ? 1 : 0);
  const before = groups(head);
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - given) }, () => "0");
  const first = [...before, ...zeros, ...groups(tail)].slice(0, 4);
  return `${first.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

const guesses = new RateLimiterMemory({ points: 30, duration: 60 });

/** Counts one guess at the password of somebody who is signed in, as whoever found their browser open may try. */
export async function limitGuesses(userId: string): Promise<void> {
  try {
    await guesses.consume(userId);
  } catch (error) {
    if (error instanceof Error) throw error;
    throw new UserError(TOO_MANY, 429);
  }
}

/** Where somebody has signed in from stays open to them, whoever guesses at their password from elsewhere. */
const tries = new GrowingDelay(5, 900_000);
const familiar = new Set<string>();
const MOST_FAMILIAR = 10_000;

/**
 * A try to sign in to an account, whether or not there is one: after five wrong passwords the next try waits for a second, then for two,
 * up to a quarter of an hour. Throws a UserError (429) that says for how long. Returns what to call when the password was right.
 */
export function delayGuesses(email: string, address: string): () => void {
  const home = `${email} ${networkOf(address)}`;
  const key = familiar.has(home) ? home : email;
  const wait = tries.try(key);
  if (wait > 0) throw new UserError(`Too many wrong passwords for this account. Try again in ${inWords(wait)}.`, 429);
  return () => {
    tries.forget(key);
    familiar.add(home);
    const [oldest] = familiar;
    if (familiar.size > MOST_FAMILIAR && oldest) familiar.delete(oldest);
  };
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds > 90) return plural(Math.ceil(seconds / 60), "minute");
  return seconds === 1 ? "a second" : plural(seconds, "second");
}
